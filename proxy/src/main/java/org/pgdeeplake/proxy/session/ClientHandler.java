package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client channel's events, told to its session. */
final class ClientHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);

  private final Session session;
  private boolean reset;
  private boolean ended;

  ClientHandler(Session session) {
    this.session = session;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    session.start();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf chunk = (ByteBuf) message;
    int bytes = chunk.readableBytes();
    session.record().bytesIn += bytes;
    session.services().traffic().traffic().in(bytes);
    session.state().onClientBytes(chunk);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    session.state().onClientReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    session.state().onWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      end();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      session.failed(cause);
      return;
    }
    // From a read, the end of the input follows. From a write after that end, nothing does.
    log.debug("client {}: {}", session.record().client, cause.getMessage(), cause);
    reset = true;
    if (ended) {
      session.state().onClientEnd(true);
    } else {
      // Without reading, that end may not be seen.
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
