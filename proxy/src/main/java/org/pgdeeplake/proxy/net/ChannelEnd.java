package org.pgdeeplake.proxy.net;

import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** The ends of a channel, whether it speaks TLS or not. On the channel's loop. */
public final class ChannelEnd {
  private ChannelEnd() {}

  /**
   * Says that nothing more will be sent: close_notify where TLS is spoken (RFC 8446, 6.1), then
   * FIN. What was written and flushed before goes first.
   */
  public static void shutdownOutput(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      var _ = ((DuplexChannel) channel).shutdownOutput();
    } else {
      var _ =
          tls.closeOutbound()
              .addListener(sent -> {
                var _ = ((DuplexChannel) channel).shutdownOutput();
              });
    }
  }

  /** Closes without a close_notify, which could have to wait for a peer that does not read. */
  public static void closeNow(Channel channel) {
    var first = channel.pipeline().firstContext();
    var _ = first == null ? channel.close() : first.close();
  }
}
