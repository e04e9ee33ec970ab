package org.pgdeeplake.proxy.admin;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.admin.Route.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the admin port: its requests, one after the other. Confined to its loop. */
final class AdminConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(AdminConnection.class);

  /** The event that ends a connection in good order. */
  static final Object CLOSE = new Object();

  private final Routes routes;
  private final DemandReport report;
  private final Limits limits;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable DemandStream stream;

  AdminConnection(Routes routes, DemandReport report, Limits limits) {
    this.routes = routes;
    this.report = report;
    this.limits = limits;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    expectRequest(ctx);
  }

  /** Slow clients and silent ones are the same: no request in time. */
  private void expectRequest(ChannelHandlerContext ctx) {
    cancelDeadline();
    deadline =
        ctx.executor().schedule(() -> close(ctx), limits.request().toNanos(), TimeUnit.NANOSECONDS);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (stream != null) {
      return; // Its turn would come after the stream, which has no end.
    }
    if (!ctx.channel().isWritable()) {
      close(ctx); // It asks on and on without reading: no answers are piled up for it.
      return;
    }
    expectRequest(ctx);
    if (request.decoderResult().isFailure()) {
      answer(ctx, unreadable(request.decoderResult().cause()), false);
      return;
    }
    String path = new QueryStringDecoder(request.uri()).rawPath();
    Route route = routes.find(path);
    if (route == null) {
      answer(ctx, Reply.error(HttpResponseStatus.NOT_FOUND, "no such path; / lists them"), true);
    } else if (!readOnly(request.method())) {
      answer(ctx, Reply.error(HttpResponseStatus.METHOD_NOT_ALLOWED, "only GET and HEAD"), true);
    } else {
      switch (route) {
        case Route.Page page -> answer(ctx, reply(page, request), true);
        case Route.DemandLines() -> stream(ctx, request);
      }
    }
  }

  private static boolean readOnly(HttpMethod method) {
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  private static Reply unreadable(Throwable cause) {
    HttpResponseStatus status =
        switch (cause) {
          case TooLongHttpLineException e -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
          case TooLongHttpHeaderException e -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
          default -> HttpResponseStatus.BAD_REQUEST;
        };
    return Reply.error(status, "not a request that can be read");
  }

  private static Reply reply(Route.Page page, HttpRequest request) {
    try {
      return page.reply().apply(request);
    } catch (RuntimeException e) {
      log.error("admin: {} failed", request.uri(), e);
      return Reply.error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error; see the log");
    }
  }

  private static void answer(ChannelHandlerContext ctx, Reply reply, boolean keepAlive) {
    var body = ByteBufUtil.writeUtf8(ctx.alloc(), reply.body());
    HttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, reply.status(), body);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
    if (reply.status().equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
    }
    if (!keepAlive) {
      HttpUtil.setKeepAlive(response, false);
    }
    var _ = ctx.writeAndFlush(response);
  }

  private void stream(ChannelHandlerContext ctx, HttpRequest request) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson")
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE);
    // HTTP/1.0 knows no chunks: there the end of the connection is the end of the stream.
    HttpUtil.setTransferEncodingChunked(
        head, request.protocolVersion().equals(HttpVersion.HTTP_1_1));
    var _ = ctx.write(head);
    if (request.method().equals(HttpMethod.HEAD)) {
      var _ = ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    cancelDeadline();
    stream = new DemandStream(ctx, report, limits);
    stream.start();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (stream != null && ctx.channel().isWritable()) {
      stream.writable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event != CLOSE) {
      return;
    }
    if (stream != null) {
      stream.end();
    } else {
      close(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancelDeadline();
    if (stream != null) {
      stream.stop();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("admin: connection from {} ended", ctx.channel().remoteAddress(), cause);
    close(ctx);
  }
}
