package org.pgdeeplake.proxy.backend;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import javax.net.ssl.SSLException;
import org.pgdeeplake.proxy.tls.TlsFailure;

/**
 * TLS that the server breaks, or refuses after the handshake as TLS 1.3 does with a client
 * certificate, is the end of a connection as a reset is: the owner of the channel hears an
 * IOException of both.
 */
@Sharable
final class TlsErrors extends ChannelInboundHandlerAdapter {
  static final TlsErrors INSTANCE = new TlsErrors();

  private TlsErrors() {}

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean tls = cause instanceof DecoderException && cause.getCause() instanceof SSLException;
    ctx.fireExceptionCaught(tls ? new SSLException(TlsFailure.reason(cause), cause) : cause);
  }
}
