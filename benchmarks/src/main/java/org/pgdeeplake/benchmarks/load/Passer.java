package org.pgdeeplake.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;

/** Opens a connection and is gone again, in one of the ways in which clients do so. */
final class Passer extends ChannelInboundHandlerAdapter {
  enum Way {
    /** Not a word, FIN. */
    CLOSE,
    /** Not a word, RST. */
    RESET,
    /** A StartupMessage, FIN behind it. */
    STARTUP,
    /** SSLRequest, FIN behind it. */
    SSL_REQUEST,
    /**
     * A whole session up to ReadyForQuery; then FIN without Terminate, as of a client that crashed.
     */
    SERVED
  }

  private final Way way;
  private final Passers passers;
  private final MessageScanner scanner = new MessageScanner(this::message);
  private final long began = System.nanoTime();
  private boolean served;

  Passer(Way way, Passers passers) {
    this.way = way;
    this.passers = passers;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    switch (way) {
      case CLOSE -> {
        var _ = ctx.close();
      }
      case RESET -> {
        ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        var _ = ctx.close();
      }
      case STARTUP -> sendAndClose(ctx, Wire.startup());
      case SSL_REQUEST -> sendAndClose(ctx, Wire.sslRequest());
      case SERVED -> {
        var _ = ctx.writeAndFlush(Wire.startup(), ctx.voidPromise());
      }
    }
  }

  private static void sendAndClose(ChannelHandlerContext ctx, ByteBuf packet) {
    var _ = ctx.writeAndFlush(packet).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object read) {
    ByteBuf in = (ByteBuf) read;
    try {
      // An SSLRequest's answer is no message.
      if (way == Way.SERVED) {
        scanner.feed(in);
      }
      if (served) {
        var _ = ctx.close();
      }
    } finally {
      in.release();
    }
  }

  private void message(byte type, byte[] body) {
    if (type == Wire.READY) {
      served = true;
      passers.served(System.nanoTime() - began);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (way == Way.SERVED && !served) {
      passers.failed("closed before ReadyForQuery");
    }
    passers.gone();
  }

  /** Whoever leaves without a word may find that the other side has, too. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    var _ = ctx.close();
  }
}
