package org.pgdeeplake.proxy.backend;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.net.SocketSettings;
import org.pgdeeplake.proxy.net.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to servers: name, TCP, and what comes before the first byte of its owner,
 * within one limit of time. Any thread.
 */
public final class ServerConnector {
  private static final Logger log = LoggerFactory.getLogger(ServerConnector.class);

  private final Transport transport;
  private final Resolver resolver;

  public ServerConnector(Transport transport, Resolver resolver) {
    this.transport = transport;
    this.resolver = resolver;
  }

  /** How an attempt ended. */
  public sealed interface Outcome {
    record Connected(Channel channel) implements Outcome {}

    record Failed(Failure failure) implements Outcome {}
  }

  /**
   * Connects on {@code loop}, to which the caller belongs.
   *
   * @param handler gets the channel's events from the moment when it is connected
   * @param whenDone called once on the loop, not before this method returns; never after {@link
   *     Attempt#cancel}
   */
  public Attempt connect(
      Destination destination,
      EventLoop loop,
      Duration timeout,
      ChannelHandler handler,
      Consumer<Outcome> whenDone) {
    Attempt attempt = new Attempt(destination, loop, timeout, handler, whenDone);
    attempt.start();
    return attempt;
  }

  /** One attempt, confined to its loop. */
  public final class Attempt {
    private final Destination destination;
    private final HostPort address;
    private final EventLoop loop;
    private final Duration timeout;
    private final Consumer<Outcome> whenDone;
    private final Negotiation negotiation;
    private @Nullable ScheduledFuture<?> deadline;
    private @Nullable Channel channel;
    private boolean accepted;
    private boolean done;

    Attempt(
        Destination destination,
        EventLoop loop,
        Duration timeout,
        ChannelHandler handler,
        Consumer<Outcome> whenDone) {
      this.destination = destination;
      this.address = destination.address();
      this.loop = loop;
      this.timeout = timeout;
      this.whenDone = whenDone;
      this.negotiation = new Negotiation(destination, handler, this::ready, this::failed);
    }

    private void start() {
      deadline =
          loop.schedule(() -> guarded(this::timedOut), timeout.toNanos(), TimeUnit.NANOSECONDS);
      Future<InetSocketAddress> name =
          resolver.resolve(address, destination.lookup(), destination.maxAge(), loop);
      loop.execute(() -> name.addListener(resolved -> guarded(() -> connect(name))));
    }

    /** Whether there is, or was, a TCP connection. */
    public boolean accepted() {
      return accepted;
    }

    private void connect(Future<InetSocketAddress> name) {
      if (done) {
        return;
      }
      if (!name.isSuccess()) {
        failed(Failure.Kind.UNRESOLVED, "cannot resolve '" + address.host() + "'");
        return;
      }
      open(name.getNow());
    }

    /** Without a Bootstrap, whose promises and tasks would be most of what this costs. */
    private void open(InetSocketAddress target) {
      SocketChannel opening;
      try {
        opening = transport.open(target.getAddress());
      } catch (ChannelException e) {
        noSocket(e);
        return;
      }
      channel = opening;
      SocketSettings.apply(opening, loop);
      opening.config().setConnectTimeoutMillis(0);
      if (destination.tls() == null) {
        // A server's FIN ends the session in any case. Netty would first shut its side down, mostly
        // in vain, and so make an exception for each session.
        opening.config().setAllowHalfClosure(false);
      }
      opening.pipeline().addLast(negotiation);
      ChannelFuture registering = loop.register(opening);
      registering.addListener(registered ->
          guarded(() -> {
            if (registered.isSuccess()) {
              ChannelFuture connecting = opening.connect(target);
              connecting.addListener(future -> guarded(() -> connected(connecting)));
            } else {
              noSocket(registered.cause());
            }
          }));
    }

    /**
     * What a step throws would be logged by Netty, and nobody told that there is no connection. If
     * it is what the owner does about the outcome, it is the owner's.
     */
    private void guarded(Runnable step) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        if (done) {
          throw e;
        }
        log.error("internal error while connecting to {}", address, e);
        failed(Failure.Kind.NO_RESOURCES, "internal error");
      }
    }

    private void noSocket(Throwable cause) {
      Throwable root = cause;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      failed(Failure.Kind.NO_RESOURCES, String.valueOf(root.getMessage()));
    }

    private void connected(ChannelFuture connecting) {
      if (done) {
        return;
      }
      if (connecting.isSuccess()) {
        accepted = true;
        negotiation.begin();
      } else {
        boolean timedOut = connecting.cause() instanceof ConnectTimeoutException;
        failed(timedOut ? Failure.Kind.TIMEOUT : Failure.Kind.REFUSED, reason(connecting.cause()));
      }
    }

    private void ready() {
      if (!done) {
        finish();
        whenDone.accept(new Outcome.Connected(Objects.requireNonNull(channel)));
      }
    }

    private void timedOut() {
      failed(Failure.Kind.TIMEOUT, negotiation.lacking() + " within " + timeout.toMillis() + " ms");
    }

    private void failed(Failure.Kind kind, String detail) {
      failed(new Failure(kind, detail));
    }

    private void failed(Failure failure) {
      if (!done) {
        cancel();
        whenDone.accept(new Outcome.Failed(failure));
      }
    }

    /**
     * Gives up; the outcome is told to nobody. Closed at once: in TLS a close_notify may have to
     * wait for a thread that computes, and a loop that ends meanwhile would leave the connection
     * open.
     */
    public void cancel() {
      if (!done) {
        finish();
        if (channel != null) {
          closeNow(channel);
        }
      }
    }

    private static void closeNow(Channel channel) {
      if (channel.isRegistered()) {
        ChannelEnd.closeNow(channel);
      } else {
        channel.unsafe().closeForcibly();
      }
    }

    private void finish() {
      done = true;
      if (channel != null && !accepted) {
        // Whoever was there may be somewhere else by now.
        resolver.doubt(address, destination.lookup());
      }
      if (deadline != null) {
        deadline.cancel(false);
      }
    }

    /** The system's own words, without the call and the address that Netty puts around them. */
    private String reason(Throwable cause) {
      String message = String.valueOf(cause.getMessage());
      int address = message.lastIndexOf(": ");
      String words =
          address > 0 && message.endsWith(":" + this.address.port())
              ? message.substring(0, address)
              : message;
      return words.substring(words.lastIndexOf(": ") + 1).strip();
    }
  }
}
