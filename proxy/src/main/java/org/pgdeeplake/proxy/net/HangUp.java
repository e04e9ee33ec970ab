package org.pgdeeplake.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.uring.IoUringSocketChannel;

/** What it means that a channel has read though nobody asked it to. On the channel's loop. */
public final class HangUp {
  /** {@code TCP_ESTABLISHED}, {@code TCP_FIN_WAIT1} and {@code 2}: the peer has sent no FIN. */
  private static final int ESTABLISHED = 1;

  private static final int FIN_WAIT1 = 4;
  private static final int FIN_WAIT2 = 5;

  private HangUp() {}

  /**
   * Whether the peer has hung up. Epoll reads unasked only then (EPOLLRDHUP). With io_uring, what
   * comes may also be what the kernel had received before it heard that no more is wanted.
   */
  public static boolean explainsRead(Channel channel) {
    if (!(channel instanceof IoUringSocketChannel ring)) {
      return true;
    }
    int state = ring.tcpInfo().state();
    return state != ESTABLISHED && state != FIN_WAIT1 && state != FIN_WAIT2;
  }
}
