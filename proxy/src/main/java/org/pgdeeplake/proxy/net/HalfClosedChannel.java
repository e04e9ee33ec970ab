package org.pgdeeplake.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.lang.reflect.Method;

/**
 * Keeps an epoll channel whose peer has finished sending able to send itself.
 *
 * <p>Netty (EpollIoHandler, 4.2.13 to 4.2.18 at least) takes a channel out of the epoll set when it
 * waits for nothing, as after the peer's FIN, and does not put it back: the first write that must
 * wait for room then fails, and what was to be sent is lost. A channel that always waits for
 * something is never taken out. {@code HalfCloseIT} fails without this.
 */
public final class HalfClosedChannel {
  /** {@code EPOLLMSG}: an event that Linux accepts and never reports (epoll_ctl(2)). */
  private static final int NEVER_REPORTED = 0x400;

  private HalfClosedChannel() {}

  /**
   * To be called when the peer's end is seen, on the channel's loop.
   *
   * @throws IllegalStateException where Netty has changed so much that this can no longer be done
   */
  public static void keepWritable(Channel channel) {
    if (channel instanceof EpollSocketChannel) {
      try {
        setFlag().invoke(channel, NEVER_REPORTED);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot keep a half-closed channel registered", e);
      }
    }
  }

  /** Whether it can be done with this Netty: without it, epoll must not be used. */
  static boolean supported() {
    try {
      return setFlag() != null;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false;
    }
  }

  private static Method setFlag() throws ReflectiveOperationException {
    Class<?> type = Class.forName("io.netty.channel.epoll.AbstractEpollChannel");
    Method method = type.getDeclaredMethod("setFlag", int.class);
    method.setAccessible(true);
    return method;
  }
}
