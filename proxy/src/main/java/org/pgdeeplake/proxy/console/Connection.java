package org.pgdeeplake.proxy.console;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.ServerMessages;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the console: a {@link Login}, then a {@link Dialogue}. Confined to its loop.
 */
final class Connection extends SimpleChannelInboundHandler<Inbound> {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /** The event that ends a connection because the console ends. */
  static final Object CLOSE = new Object();

  /** The event that ends one for which there is no place. */
  static final Object GIVE_WAY = new Object();

  /** For last words to arrive, where the client still sends. */
  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final Limits limits;
  private final Login login;
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Dialogue dialogue;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable ScheduledFuture<?> stalled;
  private boolean ending;

  Connection(Services services, Door.Place place) {
    this.limits = services.limits();
    this.login = new Login(this, services, place);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    ctx = added;
  }

  @Override
  public void channelActive(ChannelHandlerContext active) {
    expect(
        limits.login(),
        ErrorResponse.fatal(
            ErrorResponse.PROTOCOL_VIOLATION,
            "no login within " + limits.login().toSeconds() + " s"));
  }

  /** From now on something must come within {@code limit}. */
  private void expect(Duration limit, ErrorResponse otherwise) {
    stop(deadline);
    deadline = after(limit, () -> fatal(otherwise));
  }

  /** On this loop, others first: after zero, too, what has come for them is read before. */
  ScheduledFuture<?> after(Duration time, Runnable task) {
    return context().executor().schedule(() -> guard(task), time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Runs it; what it throws ends the connection, as where the handling of a message does. */
  void guard(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void failed(Throwable cause) {
    log.error("console: connection from {} failed", context().channel().remoteAddress(), cause);
    if (ending) {
      close();
    } else {
      fatal(
          ErrorResponse.fatal(
              ConsoleException.INTERNAL_ERROR, "internal error; see the log of the proxy"));
    }
  }

  private static void stop(@Nullable ScheduledFuture<?> task) {
    if (task != null) {
      task.cancel(false);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext active, Inbound inbound) {
    if (ending) {
      return;
    }
    switch (inbound) {
      case Inbound.Garbage(ErrorResponse answer) -> fatal(answer);
      case Inbound.Startup startup -> login.startup(startup);
      case Inbound.Message message -> {
        if (dialogue == null) {
          login.message(message);
        } else {
          heard();
          dialogue.received(message);
        }
      }
    }
  }

  /** The client is logged in: what follows is for {@code begun}. */
  void begin(Dialogue begun) {
    dialogue = begun;
    heard();
  }

  private void heard() {
    expect(
        limits.idle(),
        ErrorResponse.fatal(
            ErrorResponse.IDLE_SESSION_TIMEOUT,
            "terminating connection: idle for more than " + limits.idle().toMinutes() + " min"));
  }

  InetSocketAddress client() {
    return (InetSocketAddress) context().channel().remoteAddress();
  }

  /** For the login, in nanoseconds. */
  long leftNanos() {
    return deadline == null ? 0 : deadline.getDelay(TimeUnit.NANOSECONDS);
  }

  ScheduledExecutorService loop() {
    return context().executor();
  }

  /** The client will get them at the next {@link #flush}. */
  void send(Consumer<ServerMessages> messages) {
    ByteBuf out = context().alloc().buffer();
    try {
      messages.accept(new ServerMessages(out));
    } catch (RuntimeException e) {
      out.release();
      throw e;
    }
    var _ = context().write(out);
  }

  void flush() {
    context().flush();
  }

  /** Answers a request for encryption. */
  void refuseEncryption() {
    var _ = context().writeAndFlush(context().alloc().buffer(1).writeByte('N'));
  }

  /** Whether the client reads what it is sent. */
  boolean writable() {
    return context().channel().isWritable();
  }

  void autoRead(boolean on) {
    context().channel().config().setAutoRead(on);
  }

  /** Says why and ends; idempotent. */
  void fatal(ErrorResponse error) {
    if (ending) {
      return;
    }
    ending = true;
    login.ended();
    Channel channel = context().channel();
    ByteBuf out = context().alloc().buffer();
    // A close with unread bytes would be a reset, which can take the last words with it.
    var _ =
        context()
            .writeAndFlush(out.writeBytes(error.encode()))
            .addListener(said -> ChannelEnd.shutdownOutput(channel));
    autoRead(true);
    var _ = after(FAREWELL, this::close);
  }

  /** Whether its last words are said. */
  boolean ending() {
    return ending;
  }

  void close() {
    ending = true;
    var _ = context().close();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext active) {
    stop(stalled);
    if (!active.channel().isWritable()) {
      stalled = after(limits.stalled(), this::close);
    } else if (dialogue != null && !ending) {
      dialogue.pump();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext active, Object event) {
    if (event == CLOSE) {
      fatal(
          ErrorResponse.fatal(
              ErrorResponse.ADMIN_SHUTDOWN,
              "terminating connection: the console of pgproxy shuts down"));
    } else if (event == GIVE_WAY) {
      // At once: there may be many of them.
      fatal(Login.full(limits));
      close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext active) {
    ending = true;
    login.ended();
    stop(deadline);
    stop(stalled);
    if (dialogue != null) {
      dialogue.ended();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext active, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("console: connection from {} ended", active.channel().remoteAddress(), cause);
      close();
    } else {
      failed(cause);
    }
  }

  private ChannelHandlerContext context() {
    if (ctx == null) {
      throw new IllegalStateException("not active yet");
    }
    return ctx;
  }
}
