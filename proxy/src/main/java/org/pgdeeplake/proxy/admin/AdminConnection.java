package org.pgdeeplake.proxy.admin;

import static io.netty.handler.codec.http.HttpResponseStatus.INTERNAL_SERVER_ERROR;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.CodecException;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.net.Places;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the admin port: its requests, one after the other. Confined to its loop. */
final class AdminConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(AdminConnection.class);

  /** The event that ends a connection in good order. */
  static final Object CLOSE = new Object();

  /** Requests that a client may send ahead of an answer that takes its time. */
  private static final int AHEAD = 16;

  /**
   * What all connections share.
   *
   * @param streams of readers without credentials
   */
  record Services(Routes routes, Gate gate, Limits limits, Places streams) {}

  private final Services services;
  private final ConnectionStream stream;

  /** Answers one question of probes, and no other. */
  private final boolean brief;

  /** What came while {@link #pending} was. */
  private final Deque<Runnable> ahead = new ArrayDeque<>();

  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable CompletableFuture<Reply> pending;

  /** The last request is there: what comes behind it is nobody's. */
  private boolean ended;

  /** The request whose turn it is has its answer. */
  private boolean answered;

  AdminConnection(Services services, boolean brief) {
    this.services = services;
    this.stream = new ConnectionStream(services);
    this.brief = brief;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    expectRequest(ctx);
  }

  /** Slow clients and silent ones are the same: no request in time. */
  private void expectRequest(ChannelHandlerContext ctx) {
    cancelDeadline();
    Duration limit = brief ? services.limits().briefRequest() : services.limits().request();
    deadline = ctx.executor().schedule(() -> close(ctx), limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  private static void close(ChannelHandlerContext ctx) {
    var _ = ctx.close();
  }

  /** Whether an answer now would be in its turn. */
  boolean idle() {
    return pending == null && !stream.running() && !ended;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest message) {
    if (message.decoderResult().isFailure()) {
      Reply reply = Answers.unreadable(message.decoderResult().cause());
      take(ctx, () -> answer(ctx, reply), true); // Where the next one begins nobody knows.
      return;
    }
    // A remote address is there as long as a request is; only its absence is not worth an error.
    InetSocketAddress client =
        ctx.channel().remoteAddress() instanceof InetSocketAddress address
            ? address
            : new InetSocketAddress(0);
    Request request = Request.of(message, client, ctx.executor());
    take(ctx, () -> serve(ctx, request), brief || !HttpUtil.isKeepAlive(message));
  }

  private void take(ChannelHandlerContext ctx, Runnable turn, boolean last) {
    if (stream.running() || ended) {
      return; // Its turn would come after the stream, which has no end, or after the end.
    }
    if (!ctx.channel().isWritable()) {
      close(ctx); // It asks on and on without reading: no answers are piled up for it.
      return;
    }
    ended = last;
    if (pending == null) {
      expectRequest(ctx);
      begin(ctx, turn);
    } else if (ahead.size() < AHEAD) {
      ahead.add(turn);
    } else {
      close(ctx);
    }
  }

  /** What is thrown here is a bug; nothing else may leave a request without an answer. */
  private void begin(ChannelHandlerContext ctx, Runnable turn) {
    answered = false;
    try {
      turn.run();
    } catch (RuntimeException e) {
      failed(ctx, e);
      if (answered || stream.running()) {
        close(ctx);
      } else {
        ended = true;
        ahead.clear();
        answer(ctx, Reply.error(INTERNAL_SERVER_ERROR, "internal error; see the log"));
      }
    }
  }

  /** The last answer ends the connection. */
  private void answer(ChannelHandlerContext ctx, Reply reply) {
    Answers.write(ctx, reply, !ended || !ahead.isEmpty());
    answered = true;
  }

  private void serve(ChannelHandlerContext ctx, Request request) {
    if (brief && !Routes.ofProbes(request)) {
      answer(ctx, Answers.tooManyConnections());
      return;
    }
    switch (services.routes().find(request)) {
      case Routes.Nothing() ->
          answer(ctx, Reply.error(HttpResponseStatus.NOT_FOUND, "no such path; / lists them"));
      case Routes.OtherMethods(var allowed) -> answer(ctx, Answers.notAllowed(allowed));
      case Routes.Found(var route, var access, var places) -> {
        switch (services.gate().check(access, request)) {
          case Gate.Verdict.Refused(var reply) -> answer(ctx, reply);
          case Gate.Verdict.Enter(var user) ->
              serve(ctx, route, access, request.at(places).by(user));
        }
      }
    }
  }

  private void serve(ChannelHandlerContext ctx, Route route, Access access, Request request) {
    switch (route) {
      case Route.Page page ->
          answerWhenDone(
              ctx, request, () -> CompletableFuture.completedFuture(page.reply().apply(request)));
      case Route.Later later -> answerWhenDone(ctx, request, () -> later.reply().apply(request));
      case Route.Stream lines -> stream(ctx, request, lines, access);
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
      answer(ctx, Answers.outcome(request, reply));
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
    begin(ctx, () -> answer(ctx, Answers.outcome(request, reply)));
    while (pending == null && !stream.running() && !ahead.isEmpty()) {
      begin(ctx, ahead.remove());
    }
  }

  private void stream(
      ChannelHandlerContext ctx, Request request, Route.Stream route, Access access) {
    Reply instead = stream.begin(ctx, request, route, access);
    if (instead != null) {
      answer(ctx, instead);
      return;
    }
    answered = true;
    if (stream.running()) {
      cancelDeadline();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      stream.writable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof WholeRequests.TooLarge(var last)) {
      take(ctx, () -> answer(ctx, Answers.tooLarge()), last);
    }
    if (event == CLOSE && !stream.end()) {
      close(ctx);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancelDeadline();
    stream.stop();
    if (pending != null) {
      CompletableFuture<Reply> abandoned = pending;
      pending = null;
      abandoned.cancel(false);
    }
  }

  /**
   * Connections break, and Netty's decoders cannot read everything; whatever else comes is a bug.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof CodecException) {
      log.debug("admin: connection from {} ended", ctx.channel().remoteAddress(), cause);
    } else {
      failed(ctx, cause);
    }
    close(ctx);
  }

  private static void failed(ChannelHandlerContext ctx, Throwable cause) {
    log.error("admin: connection from {} failed", ctx.channel().remoteAddress(), cause);
  }
}
