package org.pgdeeplake.proxy.admin;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the admin port: its requests, one after the other. Confined to its loop. */
final class AdminConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(AdminConnection.class);

  /** The event that ends a connection in good order. */
  static final Object CLOSE = new Object();

  /** Requests that a client may send ahead of an answer that takes its time. */
  private static final int AHEAD = 16;

  private final Routes routes;
  private final Gate gate;
  private final DemandReport report;
  private final Limits limits;

  /** What came while {@link #pending} was. */
  private final Deque<Request> ahead = new ArrayDeque<>();

  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable DemandStream stream;
  private @Nullable CompletableFuture<Reply> pending;

  AdminConnection(Routes routes, Gate gate, DemandReport report, Limits limits) {
    this.routes = routes;
    this.gate = gate;
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
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest message) {
    if (stream != null) {
      return; // Its turn would come after the stream, which has no end.
    }
    if (!ctx.channel().isWritable()) {
      close(ctx); // It asks on and on without reading: no answers are piled up for it.
      return;
    }
    expectRequest(ctx);
    if (message.decoderResult().isFailure()) {
      Answers.last(ctx, Answers.unreadable(message.decoderResult().cause()));
      return;
    }
    // A remote address is there as long as a request is; only its absence is not worth an error.
    InetSocketAddress client =
        ctx.channel().remoteAddress() instanceof InetSocketAddress address
            ? address
            : new InetSocketAddress(0);
    Request request = Request.of(message, client, ctx.executor());
    if (pending == null) {
      serve(ctx, request);
    } else if (ahead.size() < AHEAD) {
      ahead.add(request);
    } else {
      close(ctx);
    }
  }

  private void serve(ChannelHandlerContext ctx, Request request) {
    switch (routes.find(request)) {
      case Routes.Nothing() ->
          Answers.write(
              ctx, Reply.error(HttpResponseStatus.NOT_FOUND, "no such path; / lists them"));
      case Routes.OtherMethods(var allowed) -> Answers.write(ctx, Answers.notAllowed(allowed));
      case Routes.Found(var route, var access, var places) -> {
        switch (gate.check(access, request)) {
          case Gate.Verdict.Refused(var reply) -> Answers.write(ctx, reply);
          case Gate.Verdict.Enter(var user) -> serve(ctx, route, request.at(places).by(user));
        }
      }
    }
  }

  private void serve(ChannelHandlerContext ctx, Route route, Request request) {
    switch (route) {
      case Route.Page page ->
          answerWhenDone(
              ctx, request, () -> CompletableFuture.completedFuture(page.reply().apply(request)));
      case Route.Later later -> answerWhenDone(ctx, request, () -> later.reply().apply(request));
      case Route.DemandLines() -> stream(ctx, request);
    }
  }

  private void answerWhenDone(
      ChannelHandlerContext ctx, Request request, Supplier<CompletableFuture<Reply>> work) {
    CompletableFuture<Reply> reply;
    try {
      reply = work.get();
    } catch (RuntimeException e) {
      reply = CompletableFuture.failedFuture(e);
    }
    if (reply.isDone()) {
      Answers.write(ctx, Answers.outcome(request, reply));
      return;
    }
    pending = reply;
    cancelDeadline(); // What takes its time has a limit of its own.
    var _ =
        reply.whenComplete((result, problem) -> {
          try {
            ctx.executor().execute(() -> done(ctx, request));
          } catch (RejectedExecutionException e) {
            log.debug("admin: nobody is left to hear of {}", request.path());
          }
        });
  }

  private void done(ChannelHandlerContext ctx, Request request) {
    CompletableFuture<Reply> reply = pending;
    if (reply == null) {
      return; // The client has gone.
    }
    pending = null;
    expectRequest(ctx);
    Answers.write(ctx, Answers.outcome(request, reply));
    while (pending == null && stream == null && !ahead.isEmpty()) {
      serve(ctx, ahead.remove());
    }
  }

  private void stream(ChannelHandlerContext ctx, Request request) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    Answers.head(head).set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson");
    // HTTP/1.0 knows no chunks: there the end of the connection is the end of the stream.
    HttpUtil.setTransferEncodingChunked(head, request.version().equals(HttpVersion.HTTP_1_1));
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
    if (pending != null) {
      CompletableFuture<Reply> abandoned = pending;
      pending = null;
      abandoned.cancel(false);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.debug("admin: connection from {} ended", ctx.channel().remoteAddress(), cause);
    close(ctx);
  }
}
