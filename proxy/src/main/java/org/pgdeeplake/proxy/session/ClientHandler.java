package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import org.pgdeeplake.proxy.net.TlsUnderlay;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client channel's events, told to its session. */
final class ClientHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);

  private final Session session;
  private boolean reset;
  private boolean ended;

  /** Within one read from the socket, which can be several messages where TLS is spoken. */
  private boolean reading;

  ClientHandler(Session session) {
    this.session = session;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    session.start();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HAProxyMessage header) {
      session.state().onProxyHeader(header);
      return;
    }
    if (!reading) {
      reading = true;
      session.readUnasked(!ctx.channel().config().isAutoRead());
    }
    ByteBuf chunk = (ByteBuf) message;
    int bytes = chunk.readableBytes();
    session.record().bytesIn += bytes;
    session.services().traffic().traffic().in(bytes);
    session.state().onClientBytes(chunk);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    session.state().onClientReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    session.state().onWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      session.state().onHandshake(handshake);
    } else if (event == TlsUnderlay.Event.PEER_ENDED) {
      // A session that has ended waits for the FIN: only then is there nothing left to be read.
      if (!(session.state() instanceof Closed)) {
        end();
      }
    } else if (event == ChannelInputShutdownEvent.INSTANCE) {
      if (ended && session.state() instanceof Closed closed) {
        closed.onClientEnd(reset);
      } else {
        end();
      }
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (ended) {
      // Not by us, unless the session has ended: SslHandler closes on what it cannot send.
      session.state().onClientEnd(true);
    } else {
      end();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    boolean undecodable = cause instanceof DecoderException;
    if (!undecodable && !(cause instanceof IOException)) {
      session.failed(cause);
      return;
    }
    log.debug("client {}: {}", session.record().client, cause.getMessage(), cause);
    reset = !(cause instanceof ProxyHeaderSignature.Missing);
    if (undecodable) {
      // The decoders close the channel.
      session.state().onUndecodable(cause);
    } else if (ended) {
      session.state().onClientEnd(true);
    } else {
      // From a read, the end of the input follows. Without reading, that end may not be seen.
      ctx.channel().config().setAutoRead(true);
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      session.clientHasEnded();
      session.state().onClientEnd(reset);
    }
  }
}
