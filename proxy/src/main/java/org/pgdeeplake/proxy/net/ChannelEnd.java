package org.pgdeeplake.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;

/** The ends of a channel, whether it speaks TLS or not. On the channel's loop. */
public final class ChannelEnd {
  private ChannelEnd() {}

  /**
   * Says that nothing more will be sent: close_notify where TLS is spoken (RFC 8446, 6.1), then
   * FIN. What was written and flushed before goes first; nothing may be written after.
   */
  public static void shutdownOutput(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      finish(channel);
    } else {
      var _ = tls.closeOutbound().addListener(sent -> finish(channel));
    }
  }

  /** FIN, without a close_notify. */
  public static void finish(Channel channel) {
    if (channel instanceof EpollSocketChannel epoll && epoll.isOpen()) {
      try {
        // Netty's own way makes an exception each time, for writes that may come later.
        ((Socket) epoll.fd()).shutdown(false, true);
      } catch (IOException | NotYetConnectedException e) {
        // The connection has gone both ways already.
      }
    } else {
      var _ = ((DuplexChannel) channel).shutdownOutput();
    }
  }

  /** Closes without a close_notify, which could have to wait for a peer that does not read. */
  public static void closeNow(Channel channel) {
    var first = channel.pipeline().firstContext();
    var _ = first == null ? channel.close() : first.close();
  }
}
