package org.pgdeeplake.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A server's side of one session that any PostgreSQL client takes for one: everybody is let in;
 * {@code down N} is answered with N bytes, everything else with ReadyForQuery.
 */
final class EchoSession extends ChannelInboundHandlerAdapter {
  private static final int LONGEST_STARTUP = 10_000;

  private final Greetings greetings;
  private final MessageScanner scanner = new MessageScanner(this::message);
  private final BulkSender sender = new BulkSender();
  private @Nullable ByteBuf startup = Unpooled.buffer(128);
  private @Nullable ChannelHandlerContext context;
  private boolean over;

  EchoSession(Greetings greetings) {
    this.greetings = greetings;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    greetings.accepted();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object read) {
    ByteBuf in = (ByteBuf) read;
    try {
      if (startup != null) {
        startup.writeBytes(in);
        open(ctx, startup);
      } else {
        scanner.feed(in);
      }
    } finally {
      in.release();
    }
  }

  private void open(ChannelHandlerContext ctx, ByteBuf packet) {
    while (packet.readableBytes() >= 8) {
      int length = packet.getInt(packet.readerIndex());
      if (length < 8 || length > LONGEST_STARTUP) {
        var _ = ctx.close();
        return;
      }
      if (packet.readableBytes() < length) {
        return;
      }
      int code = packet.getInt(packet.readerIndex() + 4);
      packet.skipBytes(length);
      switch (code) {
        case Wire.SSL_REQUEST, Wire.GSSENC_REQUEST -> {
          var _ = ctx.writeAndFlush(Unpooled.buffer(1).writeByte('N'), ctx.voidPromise());
        }
        case Wire.CANCEL_REQUEST -> {
          var _ = ctx.close();
          return;
        }
        default -> {
          startup = null;
          // Unique, as a proxy keeps the keys of all sessions.
          var id = ctx.channel().id().asShortText();
          int key = Integer.parseUnsignedInt(id, 16);
          greet(ctx, Wire.greeting(key >>> 1, key));
          scanner.feed(packet);
          return;
        }
      }
    }
  }

  private void greet(ChannelHandlerContext ctx, ByteBuf greeting) {
    if (greetings.millis() == 0) {
      greetNow(ctx, greeting);
    } else {
      var _ =
          ctx.executor()
              .schedule(() -> greetNow(ctx, greeting), greetings.millis(), TimeUnit.MILLISECONDS);
    }
  }

  private void greetNow(ChannelHandlerContext ctx, ByteBuf greeting) {
    isOver();
    var _ = ctx.writeAndFlush(greeting, ctx.voidPromise());
  }

  private void isOver() {
    if (!over) {
      over = true;
      greetings.over();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    isOver();
  }

  private void message(byte type, byte[] body) {
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      return;
    }
    switch (type) {
      case Wire.TERMINATE -> {
        var _ = ctx.close();
      }
      case Wire.COPY_DATA -> {
        var _ = ctx.writeAndFlush(Wire.ready(), ctx.voidPromise());
      }
      case Wire.QUERY -> {
        String text = new String(body, 0, Math.max(0, body.length - 1), StandardCharsets.US_ASCII);
        Optional<Question> question = Question.parse(text);
        if (question.isPresent()) {
          var _ = ctx.writeAndFlush(question.get().answer(), ctx.voidPromise());
        } else if (text.startsWith("down ")) {
          sender.begin(ctx.channel(), Integer.parseInt(text.substring(5)), Wire.ready());
        } else if (!text.startsWith("up ")) {
          var _ = ctx.writeAndFlush(Wire.ready(), ctx.voidPromise());
        }
      }
      default -> {
        // Nothing that would be answered.
      }
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    sender.proceed(ctx.channel());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      System.err.println("echo session: " + cause);
    }
    var _ = ctx.close();
  }
}
