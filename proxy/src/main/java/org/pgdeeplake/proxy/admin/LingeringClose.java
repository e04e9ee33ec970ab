package org.pgdeeplake.proxy.admin;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.net.ChannelEnd;

/**
 * Closes after the last answer as RFC 9112 (9.6) asks: the client is told, and what it still sends
 * is read for a while. A close before that would reset the connection, and the client could lose
 * its answer. Confined to its loop.
 */
final class LingeringClose extends ChannelDuplexHandler {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  private boolean last;
  private boolean answered;
  private boolean lingers;

  /** Of what comes from the socket nobody makes requests any more. */
  private static final class Discarded extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (lingers) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    if (message instanceof HttpResponse response) {
      last = endsConnection(response);
    }
    answered = last && message instanceof LastHttpContent;
    var _ = ctx.write(message, promise);
  }

  /** Who is told that its expectation cannot be met is closed by Netty's aggregator. */
  private static boolean endsConnection(HttpResponse response) {
    return !HttpUtil.isKeepAlive(response)
        || response.status().equals(HttpResponseStatus.EXPECTATION_FAILED);
  }

  /** The second one is meant. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (lingers || !answered || !everythingIsSent(ctx)) {
      var _ = ctx.close(promise);
      return;
    }
    lingers = true;
    var _ = ctx.pipeline().addFirst(new Discarded());
    ChannelEnd.finish(ctx.channel());
    var limit = ctx.executor().schedule(() -> close(ctx), LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    var _ =
        ctx.channel()
            .closeFuture()
            .addListener(closed -> {
              limit.cancel(false);
              promise.trySuccess();
            });
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }

  private static boolean everythingIsSent(ChannelHandlerContext ctx) {
    ChannelOutboundBuffer pending = ctx.channel().unsafe().outboundBuffer();
    return ctx.channel() instanceof DuplexChannel && pending != null && pending.isEmpty();
  }

  /** What was read with the last request, too. */
  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (lingers) {
      ReferenceCountUtil.release(message);
    } else {
      ctx.fireChannelRead(message);
    }
  }
}
