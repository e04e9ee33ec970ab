package org.pgdeeplake.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client's side of one session: opens it, then does what its owner asks, one thing at a time. On
 * the channel's loop.
 */
final class ClientSession extends ChannelInboundHandlerAdapter {
  /** What happens to a session; on its loop. */
  interface Owner {
    /** The other side has accepted; what opens the session is sent. */
    default void connected(ClientSession session) {}

    /** ReadyForQuery has come: the session is open, or what was asked is done. */
    void ready(ClientSession session);

    /** A DataRow's body. */
    default void row(byte[] body) {}

    /** A command's end, and what it says. */
    default void complete(String tag) {}

    /** It is over, and this was not asked for. */
    void lost(ClientSession session, String reason);
  }

  private final Owner owner;
  private final boolean encrypted;
  private final MessageScanner scanner = new MessageScanner(this::message);
  private final BulkSender sender = new BulkSender();
  private final long began = System.nanoTime();
  private @Nullable Channel channel;
  private boolean over;

  ClientSession(Owner owner, boolean encrypted) {
    this.owner = owner;
    this.encrypted = encrypted;
  }

  /** When the connection was begun, in nanoseconds of {@link System#nanoTime}. */
  long began() {
    return began;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    channel = ctx.channel();
    if (!encrypted) {
      var _ = ctx.writeAndFlush(Wire.startup(), ctx.voidPromise());
    }
    owner.connected(this);
    ctx.fireChannelActive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        var _ = ctx.writeAndFlush(Wire.startup(), ctx.voidPromise());
      } else {
        lost("TLS: " + handshake.cause().getMessage());
      }
    }
  }

  private void message(byte type, byte[] body) {
    switch (type) {
      case Wire.READY -> owner.ready(this);
      case Wire.ROW -> owner.row(body);
      case Wire.COMPLETE ->
          owner.complete(new String(body, StandardCharsets.US_ASCII).replace("\0", ""));
      case Wire.ERROR -> lost(new String(body, StandardCharsets.UTF_8).replace('\0', ' '));
      default -> {
        // Nothing that an owner would want to know.
      }
    }
  }

  private Channel channel() {
    if (channel == null) {
      throw new IllegalStateException("not connected");
    }
    return channel;
  }

  /** From any thread. */
  void onLoop(Runnable task) {
    channel().eventLoop().execute(task);
  }

  void ask(String sql) {
    var _ = channel().writeAndFlush(Wire.query(sql), channel().voidPromise());
  }

  void down(int bytes) {
    var _ = channel().writeAndFlush(Wire.query("down " + bytes), channel().voidPromise());
  }

  void up(int bytes) {
    var _ = channel().write(Wire.query("up " + bytes), channel().voidPromise());
    sender.begin(channel(), bytes, Unpooled.EMPTY_BUFFER);
  }

  /** Terminate, then the connection. */
  void end() {
    over = true;
    channel()
        .eventLoop()
        .execute(() -> {
          var _ = channel().write(Wire.terminate(), channel().voidPromise());
          channel().flush();
          var _ = channel().close();
        });
  }

  void lost(String reason) {
    if (!over) {
      over = true;
      if (channel != null) {
        var _ = channel.close();
      }
      owner.lost(this, reason);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object read) {
    ByteBuf in = (ByteBuf) read;
    try {
      scanner.feed(in);
    } finally {
      in.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    sender.proceed(ctx.channel());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    lost("closed by the other side");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    lost(cause.toString());
  }
}
