package org.pgdeeplake.proxy.scaler;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Waits for the handshake with a client; only then there is a connection for gRPC. */
final class DecryptedFirst extends ChannelInboundHandlerAdapter {
  private static final long HANDSHAKE_SECONDS = 10;

  private final Runnable ready;
  private @Nullable ScheduledFuture<?> limit;

  DecryptedFirst(Runnable ready) {
    this.ready = ready;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    Runnable close =
        () -> {
          var _ = ctx.close();
        };
    limit = ctx.executor().schedule(close, HANDSHAKE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (limit != null) {
      limit.cancel(false);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        ready.run();
        var _ = ctx.pipeline().remove(this);
      } else {
        var _ = ctx.close();
      }
    } else {
      // gRPC tells its own handlers by events from the head of the pipeline.
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // Of the handshake; it is counted where it is made.
    var _ = ctx.close();
  }
}
