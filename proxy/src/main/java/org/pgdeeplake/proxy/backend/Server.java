package org.pgdeeplake.proxy.backend;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.traffic.Traffic;

/**
 * One PostgreSQL server: where it is, what is known of it, what is wanted of it, which sessions
 * hold a slot of it, and what went through. Its backend alone changes it, through its {@link
 * Ledger}; reading is for any thread, and takes the same lock.
 */
public final class Server {
  private final Object lock;
  private volatile Endpoint endpoint;
  private final Traffic traffic = new Traffic();

  private final Condition condition;
  private final Duty duty = new Duty();
  private final Slots slots = new Slots();

  /**
   * @param backend whose server it is
   * @param lock of the backend's ledger
   */
  Server(ServerConfig config, @Nullable TlsConnector tls, BackendConfig backend, Object lock) {
    this.lock = lock;
    this.endpoint = new Endpoint(config, backend.discovery(), counted(tls));
    this.condition = new Condition(backend.check());
  }

  /** At another address nobody is sent to it before its next good check. */
  void reconfigure(ServerConfig next, @Nullable TlsConnector tls, BackendConfig backend) {
    assert Thread.holdsLock(lock);
    if (duty.departed() || !next.address().equals(address())) {
      condition.elsewhere();
    }
    duty.departed(false);
    endpoint = new Endpoint(next, backend.discovery(), counted(tls));
    condition.reconfigure(backend.check());
  }

  /** Takes nobody any more; cancel requests of the sessions that it still has go on. */
  void depart(@Nullable TlsConnector tls) {
    assert Thread.holdsLock(lock);
    duty.departed(true);
    endpoint = new Endpoint(endpoint.config(), endpoint.discovery(), counted(tls));
  }

  private @Nullable TlsConnector counted(@Nullable TlsConnector tls) {
    return tls == null ? null : tls.telling(traffic::handshake);
  }

  /** To be used with the lock held. */
  Condition condition() {
    assert Thread.holdsLock(lock);
    return condition;
  }

  /** To be used with the lock held. */
  Duty duty() {
    assert Thread.holdsLock(lock);
    return duty;
  }

  /** To be used with the lock held. */
  Slots slots() {
    assert Thread.holdsLock(lock);
    return slots;
  }

  /** Takes note of what an operator wants. In maintenance nothing is known of it any more. */
  void administer(AdministrativeState wanted) {
    assert Thread.holdsLock(lock);
    duty.administer(wanted);
    condition.touch();
    if (wanted == AdministrativeState.MAINT) {
      slots.leases().forEach(Lease::revoke);
      condition.forget();
    }
  }

  /**
   * Whether a check has just ended the drain. One that has sessions may be out of this proxy's
   * reach alone, and what was not checked yet is not known to be down.
   */
  boolean drained(CheckResult result) {
    assert Thread.holdsLock(lock);
    return !result.passed() && !condition.up() && slots.taken() == 0 && duty.endsEmpty();
  }

  boolean takesSession(int releaseConcurrency) {
    assert Thread.holdsLock(lock);
    return duty.ready() && condition.good() && slots.free(limit(), releaseConcurrency);
  }

  void lease(Lease lease) {
    assert Thread.holdsLock(lock);
    slots.take(lease);
    traffic.sessionStarted();
  }

  void release(Lease lease) {
    assert Thread.holdsLock(lock);
    slots.release(lease);
    condition.slotFreed();
  }

  public String name() {
    return endpoint.config().name();
  }

  public HostPort address() {
    return endpoint.config().address();
  }

  /** How a connection to it is made; as {@link Endpoint#destination}, at its present address. */
  public Destination destination(boolean own, ProxyHeader header) {
    return endpoint.destination(address(), own, header);
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** Sessions at once; 0 is no limit. */
  public int limit() {
    return endpoint.config().maxConnections();
  }

  public Traffic traffic() {
    return traffic;
  }

  /** What its checks say, whatever an operator wants; false in maintenance, where nothing does. */
  public boolean up() {
    synchronized (lock) {
      return condition.up();
    }
  }

  /** Whether it is up and may have sessions: HAProxy's active server. */
  public boolean active() {
    synchronized (lock) {
      return condition.up() && duty.ready();
    }
  }

  /**
   * In HAProxy's words: {@code UP}, {@code DRAIN}, {@code DOWN}, {@code MAINT}, the first three
   * with {@code 1/2} behind them while checks are changing that; {@code DRAIN} is up, too.
   */
  public String status() {
    synchronized (lock) {
      return switch (duty.administrative()) {
        case READY -> condition.display("UP");
        case DRAIN -> condition.display("DRAIN");
        case MAINT -> "MAINT";
      };
    }
  }

  /** HAProxy's count of good checks: 0 to {@code rise + fall - 1}, up from {@code rise} on. */
  public int health() {
    synchronized (lock) {
      return condition.health();
    }
  }

  /** What an operator wants of it. */
  public AdministrativeState administrative() {
    synchronized (lock) {
      return duty.administrative();
    }
  }

  /** Whether it is drained until it has no session and goes down, and READY from then on. */
  public boolean drainsUntilDown() {
    synchronized (lock) {
      return duty.drainsUntilDown();
    }
  }

  /** How often it was to be drained until it is down: tells one such drain from the next. */
  public int drains() {
    synchronized (lock) {
      return duty.drains();
    }
  }

  /**
   * Whether fewer servers would do without it: it takes new sessions only while no other server is
   * active. Nobody's will but the load's.
   */
  public boolean spare() {
    synchronized (lock) {
      return duty.spare();
    }
  }

  /**
   * How often it went into maintenance or to another address. What a check finds out is worth
   * nothing in another era than that in which it began.
   */
  public int era() {
    synchronized (lock) {
      return condition.era();
    }
  }

  /** Of no status but INI in maintenance, and after it until the next check. */
  public CheckResult lastCheck() {
    synchronized (lock) {
      return condition.lastCheck();
    }
  }

  /** Slots taken, connecting sessions included. */
  public int sessions() {
    synchronized (lock) {
      return slots.taken();
    }
  }

  /** The most slots ever taken at once. */
  public int maxSessions() {
    synchronized (lock) {
      return slots.max();
    }
  }

  /** It is up while its checks say so. */
  public Uptime uptime() {
    synchronized (lock) {
      return condition.uptime();
    }
  }

  /** Checks that failed while the server was up. */
  public long failedChecks() {
    synchronized (lock) {
      return condition.failedChecks();
    }
  }

  /** Whether a check is wanted soon: the state is changing, or a session has cast doubt on it. */
  public boolean unsettled() {
    synchronized (lock) {
      // A drained one may go and come back between two slow checks, unseen.
      return condition.unsettled() || duty.drainsUntilDown();
    }
  }

  /** Whether it takes nobody until a check finds it better: it is down or full. */
  public boolean blocked() {
    synchronized (lock) {
      return duty.administrative() == AdministrativeState.READY && condition.blocked();
    }
  }

  /** Completes with true as soon as it has no session; who no longer cares cancels it. */
  public CompletableFuture<Boolean> empty() {
    synchronized (lock) {
      CompletableFuture<Boolean> empty = slots.empty();
      var _ = empty.whenComplete((done, failure) -> forgetDone());
      return empty;
    }
  }

  private void forgetDone() {
    synchronized (lock) {
      slots.forgetDone();
    }
  }
}
