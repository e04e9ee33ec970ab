package org.pgdeeplake.proxy.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How replies become responses, and what is answered where no route does. */
final class Answers {
  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  /** To what is no HTTP. */
  static Reply unreadable(Throwable cause) {
    HttpResponseStatus status =
        switch (cause) {
          case TooLongHttpLineException e -> HttpResponseStatus.REQUEST_URI_TOO_LONG;
          case TooLongHttpHeaderException e -> HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE;
          default -> HttpResponseStatus.BAD_REQUEST;
        };
    return Reply.error(status, "not a request that can be read");
  }

  /** What came of a route; the future is done. */
  static Reply outcome(Request request, CompletableFuture<Reply> reply) {
    return reply
        .handle((result, problem) -> problem == null ? result : failed(request, problem))
        .getNow(null);
  }

  private static Reply failed(Request request, Throwable problem) {
    Throwable cause =
        problem instanceof CompletionException && problem.getCause() != null
            ? problem.getCause()
            : problem;
    if (cause instanceof Refusal refusal) {
      return refusal.reply();
    }
    if (cause instanceof TimeoutException) {
      return Reply.error(
          HttpResponseStatus.SERVICE_UNAVAILABLE, "the proxy is too busy to tell; try again");
    }
    log.error("admin: {} {} failed", request.method(), request.path(), cause);
    return Reply.error(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error; see the log");
  }

  static Reply tooLarge() {
    return Reply.error(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
        "a body has at most " + Limits.REQUEST_BODY_BYTES + " bytes");
  }

  static Reply tooManyConnections() {
    return Reply.error(
        HttpResponseStatus.SERVICE_UNAVAILABLE,
        "too many connections; until some have ended, only /health and /metrics are answered");
  }

  static Reply tooManyStreams() {
    return Reply.error(
        HttpResponseStatus.SERVICE_UNAVAILABLE,
        "too many streams are read without credentials;"
            + " send user and password, or ask /api/v1/demand");
  }

  static Reply notAllowed(List<String> allowed) {
    String last = allowed.getLast();
    String others = String.join(", ", allowed.subList(0, allowed.size() - 1));
    return Reply.error(
            HttpResponseStatus.METHOD_NOT_ALLOWED,
            "only " + (others.isEmpty() ? last : others + " and " + last))
        .with(HttpHeaderNames.ALLOW.toString(), String.join(", ", allowed));
  }

  /**
   * @param keepAlive false: the connection is closed after it
   */
  static void write(ChannelHandlerContext ctx, Reply reply, boolean keepAlive) {
    // By its real size: three bytes for each character would be reserved else.
    int size = ByteBufUtil.utf8Bytes(reply.body());
    ByteBuf body = ctx.alloc().buffer(size);
    ByteBufUtil.reserveAndWriteUtf8(body, reply.body(), size);
    HttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, reply.status(), body);
    head(response)
        .set(HttpHeaderNames.CONTENT_TYPE, reply.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    reply.headers().forEach(response.headers()::set);
    if (!keepAlive) {
      HttpUtil.setKeepAlive(response, false);
    }
    var _ = ctx.writeAndFlush(response);
  }

  /** The head of the demand's lines, which follow it one by one. */
  static void lines(ChannelHandlerContext ctx, Request request) {
    HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head(response).set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson");
    // HTTP/1.0 knows no chunks: there the end of the connection is the end of the stream.
    HttpUtil.setTransferEncodingChunked(response, request.version().equals(HttpVersion.HTTP_1_1));
    var _ = ctx.write(response);
  }

  /**
   * What every answer has: nobody keeps it, no other site reads it, nobody takes it for another
   * type.
   */
  private static HttpHeaders head(HttpResponse response) {
    return response
        .headers()
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .set("X-Content-Type-Options", "nosniff")
        .set("Cross-Origin-Resource-Policy", "same-origin");
  }
}
