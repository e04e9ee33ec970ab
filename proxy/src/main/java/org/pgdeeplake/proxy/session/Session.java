package org.pgdeeplake.proxy.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.Ticket;
import org.pgdeeplake.proxy.backend.Waiter;
import org.pgdeeplake.proxy.demand.Claim;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.net.HangUp;
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
public final class Session implements Waiter {
  private static final Logger log = LoggerFactory.getLogger(Session.class);

  private final Channel client;
  private final EventLoop loop;
  private final SessionServices services;
  private final SessionRecord record;
  private final SessionEnd end;
  private final StartupReader reader = new StartupReader();

  private SessionState state;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable Ticket ticket;
  private @Nullable Claim claim;
  private @Nullable Refusal refusal;
  private @Nullable ErrorResponse asleep;
  private boolean clientEnded;
  private boolean readUnasked;

  /** Why a session is refused, and what its client hears. */
  record Refusal(CloseReason reason, ErrorResponse error) {}

  private Session(Channel client, SessionServices services) {
    this.client = client;
    this.loop = client.eventLoop();
    this.services = services;
    this.record =
        new SessionRecord(services.sessions().nextId(), (InetSocketAddress) client.remoteAddress());
    this.end = new SessionEnd(services, record);
    this.state = new AwaitingStartup(this);
  }

  /** Begins a session on an accepted channel; its events go to the handler that is returned. */
  public static ChannelHandler open(Channel client, SessionServices services) {
    Session session = new Session(client, services);
    services.traffic().opened();
    services.sessions().opened(session);
    var _ =
        client
            .closeFuture()
            .addListener(closed -> {
              services.sessions().closed(session);
              session.cancelTimer();
            });
    if (AwaitingProxyHeader.isDue(services.frontend(), session.clientAddress())) {
      session.state = new AwaitingProxyHeader(session);
    } else {
      session.admit();
    }
    return new ClientHandler(session);
  }

  void start() {
    state.enter();
  }

  /** To be called once, when it is known whose session it is. */
  void admit() {
    refusal =
        services.memory().exhausted()
            ? new Refusal(CloseReason.CONNECTION_LIMIT, Refusals.outOfMemory())
            : end.admit();
  }

  /** The one door. */
  void transition(SessionState next) {
    assert loop.inEventLoop();
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

  StartupReader reader() {
    return reader;
  }

  InetAddress clientAddress() {
    return record.client.getAddress();
  }

  /** The place in the queue; the same for all the session's life. */
  Ticket ticket() {
    if (ticket == null) {
      ticket = services.backend().ticket(this, clientAddress(), asleep == null);
    }
    return ticket;
  }

  /** The session's claim on an instance; the first call makes it demand, but for probes. */
  Claim claim() {
    if (claim == null) {
      String backend = services.backend().name();
      claim =
          asleep == null ? services.demand().claim(backend) : services.demand().uncounted(backend);
      services.backend().traffic().sessionStarted();
    }
    return claim;
  }

  @Nullable Claim claimIfAny() {
    return claim;
  }

  /** Not null where the next request of the client is to be refused. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  /**
   * Not null for a probe, which wakes nothing and waits for nothing: what it hears where no server
   * takes it at once.
   */
  @Nullable ErrorResponse asleep() {
    return asleep;
  }

  void probes(NoWake kind, ErrorResponse whileNothingIsUp) {
    end.noWake(kind);
    asleep = whileNothingIsUp;
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

  /** Runs {@code task} on the loop unless the state changes before; one for each state. */
  void startTimer(long delayNanos, Runnable task) {
    cancelTimer();
    timer = loop.schedule(task, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
  }

  /** Sends to the client as it is. */
  void send(byte... bytes) {
    var _ = client.writeAndFlush(Unpooled.wrappedBuffer(bytes), client.voidPromise());
  }

  /**
   * Keeps what a client has sent ahead of its server's first word, and reads no more of it until
   * then: a waiter costs no more memory than one read. What comes all the same was read by the
   * transport because the client has hung up ({@link HangUp}), which nothing else would tell.
   */
  void hold(ByteBuf chunk) {
    reader.append(chunk);
    client.config().setAutoRead(false);
    if (readUnasked && HangUp.explainsRead(client)) {
      state.onClientEnd(false);
    }
  }

  /** Ends a session whose client can be told so at once. */
  void refuse(CloseReason reason, ErrorResponse error) {
    services.metrics().refused(services.frontend().name(), reason.label(), error.sqlState());
    transition(new Closed(this, reason, error.encode()));
  }

  /** The same where it depends on what the client has asked. */
  void refuse(Opening opening, CloseReason reason, ErrorResponse error) {
    if (opening.opaque()) {
      services.metrics().refused(services.frontend().name(), reason.label(), Refusals.UNTOLD);
    }
    switch (opening.kind()) {
      case STARTUP_MESSAGE -> refuse(reason, error);
      case ENCRYPTION_REQUEST -> transition(new Refusing(this, new Refusal(reason, error)));
      case DIRECT_TLS -> transition(new Closed(this, reason, Opening.tlsAlert()));
      case BYTES -> transition(new Closed(this, reason, new byte[0]));
    }
  }

  /** A server did not take the session: on to the next, or back to the queue; not so a probe. */
  void attemptFailed(Lease lease, Failure failure, Opening opening) {
    if (lease.revoked()) {
      evicted(lease, opening);
      return;
    }
    record.attemptFailed(failure);
    lease.failed(failure);
    services.backend().attemptFailed(ticket(), lease.server());
    requeue(opening);
  }

  /** The server goes into maintenance before it has answered: nothing has failed. */
  void evicted(Lease lease, Opening opening) {
    record.evicted();
    lease.exchange();
    requeue(opening);
  }

  void requeue(Opening opening) {
    if (asleep != null) {
      refuseProbe(opening, asleep);
    } else {
      transition(new Queued(this, opening));
    }
  }

  /**
   * @param error where no operator has taken the servers away
   */
  void refuseProbe(Opening opening, ErrorResponse error) {
    refuse(opening, CloseReason.NOT_WOKEN, Refusals.toProbe(services.backend(), error));
  }

  /** A bug: the session ends, the process goes on. */
  void failed(Throwable cause) {
    log.error("internal error in session {} ({})", record.client, state.name(), cause);
    if (!(state instanceof Closed)) {
      transition(
          state instanceof Handshaking
              ? Closed.atOnce(this, CloseReason.INTERNAL_ERROR)
              : new Closed(this, CloseReason.INTERNAL_ERROR));
    } else {
      var _ = client.close();
    }
  }

  /** Any thread. */
  @Override
  public void assigned(Lease lease) {
    try {
      loop.execute(() -> state.onAssigned(lease));
    } catch (RejectedExecutionException e) {
      lease.close();
    }
  }

  /** Any thread. */
  @Override
  public void serverDown(Lease lease) {
    execute(() -> {
      if (state instanceof Relaying relaying && relaying.holds(lease)) {
        state.onStop(CloseReason.SERVER_DOWN);
      }
    });
  }

  /** Any thread. */
  @Override
  public void evicted(Lease lease) {
    execute(() -> {
      if (state instanceof LinkedState linked && linked.holds(lease)) {
        linked.onEvicted();
      }
    });
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

  /** Ends the session, told why where that is possible. Any thread. */
  void stop(CloseReason reason) {
    execute(() -> state.onStop(reason));
  }

  /** The same, if it has that slot of a server when it is told so. */
  void stopOn(Lease lease) {
    execute(() -> {
      if (lease.held()) {
        state.onStop(CloseReason.OPERATOR);
      }
    });
  }

  /** Ends the session unless a server has taken it. Any thread. */
  void refuseUnlessServed() {
    execute(() -> {
      refusal = new Refusal(CloseReason.SHUTDOWN, Refusals.shuttingDown());
      if (state instanceof Queued || state instanceof Connecting) {
        state.onStop(CloseReason.SHUTDOWN);
      }
    });
  }

  private void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      log.debug("session {} ended with its event loop", record.client);
    }
  }

  void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
