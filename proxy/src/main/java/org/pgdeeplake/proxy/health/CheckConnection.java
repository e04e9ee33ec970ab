package org.pgdeeplake.proxy.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.backend.Destination;
import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.CheckConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.postgres.CheckReply;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.postgres.StartupMessageEncoder;

/** How one server is checked: a connection of its own each time. Confined to its event loop. */
final class CheckConnection {
  /**
   * A server that is being waited for may have got its address a moment ago: a connection attempt
   * that hangs is given up after so many {@code fastinter} and made again, sooner than the kernel
   * would repeat its SYN.
   */
  private static final int FAST_CONNECT_INTERVALS = 3;

  private final CheckConfig config;
  private final Destination destination;
  private final EventLoop loop;
  private final ServerConnector connector;
  private final byte[] startup;
  private @Nullable Attempt running;

  CheckConnection(
      CheckConfig config, Destination destination, EventLoop loop, ServerConnector connector) {
    this.config = config;
    this.destination = destination;
    this.loop = loop;
    this.connector = connector;
    this.startup = StartupMessageEncoder.encode(config.user());
  }

  HostPort address() {
    return destination.address();
  }

  /**
   * One of both is called once, on the loop, at the latest after the check's timeout.
   *
   * @param fast whether somebody waits for this server
   * @param whenUnable gets why the proxy itself could not ask, which tells nothing of the server
   */
  void check(boolean fast, Consumer<CheckResult> whenDone, Consumer<String> whenUnable) {
    Attempt attempt = new Attempt(whenDone, whenUnable);
    running = attempt;
    attempt.deadline =
        loop.schedule(attempt::timedOut, config.timeout().toNanos(), TimeUnit.NANOSECONDS);
    attempt.connecting =
        connector.connect(
            fast ? destination.notOlderThan(config.fastinter()) : destination,
            loop,
            config.timeout(),
            attempt,
            attempt::connected);
    Duration hurry = config.fastinter().multipliedBy(FAST_CONNECT_INTERVALS);
    if (fast && hurry.compareTo(config.timeout()) < 0) {
      attempt.hurry =
          loop.schedule(
              () -> attempt.hangs(hurry.toMillis()), hurry.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /**
   * Ends the check that is under way, if there is one; nobody is told. A loop that ends may forget
   * to close what is open then.
   */
  void abort() {
    if (running != null) {
      Channel open = running.channel;
      running.end();
      if (open != null) {
        ChannelEnd.closeNow(open);
      }
    }
  }

  private final class Attempt extends SimpleChannelInboundHandler<ByteBuf> {
    private final Consumer<CheckResult> whenDone;
    private final Consumer<String> whenUnable;
    private final long startNanos = System.nanoTime();
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable ScheduledFuture<?> hurry;
    private ServerConnector.@Nullable Attempt connecting;
    private @Nullable Channel channel;
    private @Nullable ByteBuf received;
    private boolean done;

    Attempt(Consumer<CheckResult> whenDone, Consumer<String> whenUnable) {
      this.whenDone = whenDone;
      this.whenUnable = whenUnable;
    }

    private void connected(ServerConnector.Outcome outcome) {
      switch (outcome) {
        case ServerConnector.Outcome.Failed(var failure) -> failed(failure);
        case ServerConnector.Outcome.Connected(Channel open) -> {
          channel = open;
          if (config.type() == CheckConfig.Type.TCP) {
            done(open.pipeline().get(SslHandler.class) == null ? Status.L4OK : Status.L6OK, "");
          } else {
            received = open.alloc().buffer();
            var _ = open.writeAndFlush(Unpooled.wrappedBuffer(startup), open.voidPromise());
          }
        }
      }
    }

    private void failed(Failure failure) {
      Failure.Kind kind = failure.kind();
      if (kind == Failure.Kind.NO_RESOURCES) {
        unable(failure.detail());
      } else if (kind == Failure.Kind.FULL) {
        done(true, Status.L7OK, failure.detail());
      } else if (accepted()) {
        done(kind == Failure.Kind.TIMEOUT ? Status.L6TOUT : Status.L6RSP, failure.detail());
      } else {
        done(kind == Failure.Kind.TIMEOUT ? Status.L4TOUT : Status.L4CON, failure.detail());
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf chunk) {
      if (done || received == null) {
        return;
      }
      received.writeBytes(chunk);
      switch (CheckReply.decode(received)) {
        case CheckReply.NeedMore() -> {}
        case CheckReply.Healthy() -> done(Status.L7OK, "PostgreSQL server is ok");
        case CheckReply.Unknown() -> done(Status.L7STS, "PostgreSQL unknown error");
        case CheckReply.Refused(String sqlState, String message) -> {
          boolean full = sqlState.equals(ErrorResponse.TOO_MANY_CONNECTIONS);
          done(full, full ? Status.L7OK : Status.L7RSP, "FATAL " + sqlState + ": " + message);
        }
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event == ChannelInputShutdownEvent.INSTANCE) {
        done(Status.L7RSP, "closed without a complete answer");
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      done(Status.L7RSP, "closed without a complete answer");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      done(
          cause instanceof SSLException ? Status.L6RSP : Status.SOCKERR,
          String.valueOf(cause.getMessage()));
    }

    void timedOut() {
      done(channel != null ? Status.L7TOUT : accepted() ? Status.L6TOUT : Status.L4TOUT, "");
    }

    void hangs(long afterMillis) {
      if (!accepted()) {
        done(Status.L4TOUT, "no connection within " + afterMillis + " ms");
      }
    }

    private boolean accepted() {
      return connecting != null && connecting.accepted();
    }

    private void unable(String reason) {
      if (!done) {
        end();
        whenUnable.accept(reason);
      }
    }

    private void done(Status status, String info) {
      done(false, status, info);
    }

    private void done(boolean full, Status status, String info) {
      if (!done) {
        end();
        whenDone.accept(new CheckResult(status, info, full, System.nanoTime() - startNanos));
      }
    }

    private void end() {
      if (done) {
        return;
      }
      done = true;
      running = null;
      if (deadline != null) {
        deadline.cancel(false);
      }
      if (hurry != null) {
        hurry.cancel(false);
      }
      if (received != null) {
        received.release();
        received = null;
      }
      if (connecting != null) {
        connecting.cancel();
      }
      if (channel != null) {
        var _ = channel.close();
      }
    }
  }
}
