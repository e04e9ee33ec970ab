package org.pgdeeplake.proxy.session;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.net.DirectCopy;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's life, from accept to the end.
 *
 * <pre>
 * AwaitingProxyHeader           (where a load balancer says who the client is)
 *     |
 *     |   +-> Handshaking -+      (TLS that ends here: once)
 *     v   |                v
 * AwaitingStartup -> Queued -> Connecting -> AwaitingReply -> Relaying -> Closed
 *     |   ^            ^            |             |   |
 *     |   |            +-- failed --+-------------+   | server said N
 *     |   +------------- server gone -- Negotiated <--+
 *     +-> Cancelling -> Closed            |
 *                          AwaitingReply <+ StartupMessage
 *         Queued <- StartupMessage, where servers are to get the proxy's own TLS
 * any but Relaying -> Refusing -> Closed  (the client waits for the answer to its SSLRequest)
 * </pre>
 *
 * Confined to one event loop, that of both its channels, but for the methods that say otherwise.
 * {@link #transition} is the only place where the state changes.
 */
public final class Session {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  private final Channel client;
  private final EventLoop loop;
  private final SessionServices services;
  private final SessionRecord record;
  private final SessionEnd end;
  private final StartupReader reader;
  private final SessionCalls calls = new SessionCalls(this);
  private final Standing standing;

  private SessionState state;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable Refusal refusal;
  private boolean clientEnded;
  private boolean readUnasked;

  private Session(Channel client, InetSocketAddress address, SessionServices services) {
    this.client = client;
    this.loop = client.eventLoop();
    this.services = services;
    this.record = new SessionRecord(services.sessions().nextId(), address);
    this.reader = new StartupReader(services.sessions().held());
    this.standing = new Standing(services, record, calls);
    this.end = new SessionEnd(services, record);
    this.state = new AwaitingStartup(this);
  }

  /** Begins a session on an accepted channel; its events go to the handler that is returned. */
  public static ChannelHandler open(Channel client, SessionServices services) {
    // io_uring asks only now, and there is none of a client that has reset its connection by then.
    InetSocketAddress address = (InetSocketAddress) client.remoteAddress();
    if (address == null) {
      var _ = client.close();
      return new ChannelInboundHandlerAdapter();
    }
    Session session = new Session(client, address, services);
    services.traffic().opened();
    services.sessions().opened(session);
    var _ = client.closeFuture().addListener(closed -> session.clientClosed());
    try {
      if (AwaitingProxyHeader.isDue(services.frontend(), session.clientAddress())) {
        session.state = new AwaitingProxyHeader(session);
      } else {
        session.admit();
      }
    } catch (RuntimeException | Error e) {
      session.end.close(session, CloseReason.INTERNAL_ERROR);
      throw e;
    }
    return new ClientHandler(session);
  }

  /** A cancel request goes its way without its client, within its limit. */
  private void clientClosed() {
    services.sessions().closed(this);
    if (state instanceof Closed) {
      cancelTimer();
    }
  }

  void start() {
    state.enter();
  }

  /** To be called once, when it is known whose session it is. */
  void admit() {
    refusal =
        services.memory().exhausted() || services.sessions().held().exhausted()
            ? new Refusal(CloseReason.CONNECTION_LIMIT, Refusals.outOfMemory())
            : end.admit();
  }

  /** The one door; from {@link Closed} none leads out. */
  void transition(SessionState next) {
    assert loop.inEventLoop();
    if (state instanceof Closed) {
      throw new IllegalStateException("it has ended, and cannot be " + next.name());
    }
    if (log.isDebugEnabled()) {
      log.debug("session {} {} -> {}", record.client, state.name(), next.name());
    }
    cancelTimer();
    state.exit(next);
    state = next;
    next.enter();
  }

  SessionState state() {
    return state;
  }

  Channel client() {
    return client;
  }

  EventLoop loop() {
    return loop;
  }

  SessionServices services() {
    return services;
  }

  SessionRecord record() {
    return record;
  }

  SessionEnd end() {
    return end;
  }

  /** For other threads. */
  SessionCalls calls() {
    return calls;
  }

  Standing standing() {
    return standing;
  }

  StartupReader reader() {
    return reader;
  }

  InetAddress clientAddress() {
    return record.client.getAddress();
  }

  /** Not null where the next request of the client is to be refused. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  void toBeRefused(Refusal why) {
    refusal = why;
  }

  /** A probe wakes nothing and waits for nothing. */
  void probes(NoWake kind, ErrorResponse whileNothingIsUp) {
    end.noWake(kind);
    standing.probes(whileNothingIsUp);
  }

  boolean clientEnded() {
    return clientEnded;
  }

  void clientHasEnded() {
    clientEnded = true;
  }

  /**
   * A read from the client's socket begins.
   *
   * @param unasked whether nobody has asked for it
   */
  void readUnasked(boolean unasked) {
    readUnasked = unasked;
  }

  boolean readUnasked() {
    return readUnasked;
  }

  /** Runs {@code task} on the loop unless the state changes before; one for each state. */
  void startTimer(long delayNanos, Runnable task) {
    cancelTimer();
    timer = loop.schedule(() -> guarded(task), Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
  }

  /** Sends to the client as it is. */
  void send(byte... bytes) {
    var _ = client.writeAndFlush(DirectCopy.of(client, bytes), client.voidPromise());
  }

  /** Ends a session whose client can be told so at once. */
  void refuse(CloseReason reason, ErrorResponse error) {
    services.metrics().refused(services.frontend().name(), reason.label(), error.sqlState());
    transition(new Closed(this, reason, error.encode()));
  }

  /**
   * Runs what comes from outside of the pipeline (timers, other threads, attempts to connect): what
   * it throws would be logged there, and the session forgotten.
   */
  void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      failed(e);
    }
  }

  /** A bug: the session ends, the process goes on. */
  void failed(Throwable cause) {
    log.error("internal error in session {} ({})", record.client, state.name(), cause);
    if (state instanceof Closed) {
      ChannelEnd.closeNow(client);
      return;
    }
    try {
      transition(
          state instanceof Handshaking
              ? Closed.atOnce(this, CloseReason.INTERNAL_ERROR)
              : new Closed(this, CloseReason.INTERNAL_ERROR));
    } catch (RuntimeException | Error again) {
      log.error("session {} cannot end in an orderly way", record.client, again);
      end.close(this, CloseReason.INTERNAL_ERROR);
      ChannelEnd.closeNow(client);
    }
  }

  long id() {
    return record.id;
  }

  /** What it is now; on its loop. Empty once it has ended. */
  Optional<SessionSnapshot> snapshot() {
    assert loop.inEventLoop();
    return state instanceof Closed
        ? Optional.empty()
        : Optional.of(SessionSnapshot.of(record, services, state));
  }

  void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
