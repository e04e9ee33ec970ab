package org.pgdeeplake.proxy.rehearsal;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Stands in for a PostgreSQL: counts what its part of the script lets it expect, and answers. One
 * for each connection; on its loop.
 */
final class StandIn extends ChannelInboundHandlerAdapter {
  private final ByteBuf heard;
  private boolean started;

  StandIn() {
    heard = Unpooled.buffer(128);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf chunk = (ByteBuf) message;
    heard.writeBytes(chunk);
    chunk.release();
    while (answer(ctx)) {
      heard.discardReadBytes();
    }
  }

  /** Whether there was a whole message. */
  private boolean answer(ChannelHandlerContext ctx) {
    int typed = started ? 1 : 0;
    if (heard.readableBytes() < typed + Integer.BYTES) {
      return false;
    }
    int length = typed + heard.getInt(heard.readerIndex() + typed);
    if (heard.readableBytes() < length) {
      return false;
    }
    ByteBuf packet = heard.readSlice(length);
    if (!started) {
      boolean asks = packet.equals(Script.SSL_REQUEST);
      started = !asks;
      say(ctx, asks ? Script.NO_TLS : Script.WELCOME);
    } else if (packet.getByte(0) == 'X') {
      var _ = ctx.close();
    } else {
      say(ctx, packet.equals(Script.QUERY) ? Script.ROW : Script.MUCH);
    }
    return true;
  }

  private static void say(ChannelHandlerContext ctx, ByteBuf what) {
    var _ = ctx.writeAndFlush(what.duplicate(), ctx.voidPromise());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    heard.release();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
