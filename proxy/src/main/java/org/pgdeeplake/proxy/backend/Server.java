package org.pgdeeplake.proxy.backend;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.traffic.Traffic;

/**
 * One PostgreSQL server: where it is, how it stands, and what went through. Its backend alone
 * changes it, through its {@link Ledger}; reading is for any thread, and takes the same lock.
 */
public final class Server {
  private final Object lock;
  private volatile Endpoint endpoint;
  private final Traffic traffic = new Traffic();

  /** Guarded by the lock. */
  private final Standing standing;

  /**
   * @param backend whose server it is
   * @param lock of the backend's ledger
   */
  Server(ServerConfig config, @Nullable TlsConnector tls, BackendConfig backend, Object lock) {
    this.lock = lock;
    this.endpoint = new Endpoint(config, backend.discovery(), counted(tls));
    this.standing = new Standing(backend.check());
  }

  /** At another address nobody is sent to it before its next good check. */
  void reconfigure(ServerConfig next, @Nullable TlsConnector tls, BackendConfig backend) {
    assert Thread.holdsLock(lock);
    if (standing.duty.departed() || !next.address().equals(address())) {
      standing.condition.elsewhere();
    }
    standing.duty.departed(false);
    endpoint = new Endpoint(next, backend.discovery(), counted(tls));
    standing.condition.reconfigure(backend.check());
  }

  /** Takes nobody any more; cancel requests of the sessions that it still has go on. */
  void depart(@Nullable TlsConnector tls) {
    assert Thread.holdsLock(lock);
    standing.duty.departed(true);
    endpoint = new Endpoint(endpoint.config(), endpoint.discovery(), counted(tls));
  }

  private @Nullable TlsConnector counted(@Nullable TlsConnector tls) {
    return tls == null ? null : tls.telling(traffic::handshake);
  }

  /** To be used with the lock held. */
  Standing standing() {
    assert Thread.holdsLock(lock);
    return standing;
  }

  public String name() {
    return endpoint.config().name();
  }

  public HostPort address() {
    return endpoint.config().address();
  }

  /** How a connection to it is made; as {@link Endpoint#destination}, at its present address. */
  public Destination destination(boolean own, ProxyHeader header) {
    Endpoint now = endpoint;
    return now.destination(now.config().address(), own, header);
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
      return standing.condition.up();
    }
  }

  /** Whether it is up and may have sessions: HAProxy's active server. */
  public boolean active() {
    synchronized (lock) {
      return standing.active();
    }
  }

  /**
   * In HAProxy's words: {@code UP}, {@code DRAIN}, {@code DOWN}, {@code MAINT}, the first three
   * with {@code 1/2} behind them while checks are changing that; {@code DRAIN} is up, too.
   */
  public String status() {
    synchronized (lock) {
      return standing.status();
    }
  }

  /** HAProxy's count of good checks: 0 to {@code rise + fall - 1}, up from {@code rise} on. */
  public int health() {
    synchronized (lock) {
      return standing.condition.health();
    }
  }

  /** What an operator wants of it. */
  public AdministrativeState administrative() {
    synchronized (lock) {
      return standing.duty.administrative();
    }
  }

  /** Whether it is drained until it has no session and goes down, and READY from then on. */
  public boolean drainsUntilDown() {
    synchronized (lock) {
      return standing.duty.drainsUntilDown();
    }
  }

  /** How often it was to be drained until it is down: tells one such drain from the next. */
  public int drains() {
    synchronized (lock) {
      return standing.duty.drains();
    }
  }

  /**
   * Whether fewer servers would do without it: it takes new sessions only while no other server is
   * active. Nobody's will but the load's.
   */
  public boolean spare() {
    synchronized (lock) {
      return standing.duty.spare();
    }
  }

  /**
   * How often it went into maintenance or to another address. What a check finds out is worth
   * nothing in another era than that in which it began.
   */
  public int era() {
    synchronized (lock) {
      return standing.condition.era();
    }
  }

  /** Of no status but INI in maintenance, and after it until the next check. */
  public CheckResult lastCheck() {
    synchronized (lock) {
      return standing.condition.lastCheck();
    }
  }

  /** Slots taken, connecting sessions included. */
  public int sessions() {
    synchronized (lock) {
      return standing.slots.taken();
    }
  }

  /** The most slots ever taken at once. */
  public int maxSessions() {
    synchronized (lock) {
      return standing.slots.max();
    }
  }

  /** It is up while its checks say so. */
  public Uptime uptime() {
    synchronized (lock) {
      return standing.condition.uptime();
    }
  }

  /** Checks that failed while the server was up. */
  public long failedChecks() {
    synchronized (lock) {
      return standing.condition.failedChecks();
    }
  }

  /** Whether a check is wanted soon: the state is changing, or a session has cast doubt on it. */
  public boolean unsettled() {
    synchronized (lock) {
      return standing.unsettled();
    }
  }

  /** Whether it takes nobody until a check finds it better: it is down or full. */
  public boolean blocked() {
    synchronized (lock) {
      return standing.blocked();
    }
  }

  /** Completes with true as soon as it has no session; who no longer cares cancels it. */
  public CompletableFuture<Boolean> empty() {
    synchronized (lock) {
      CompletableFuture<Boolean> empty = standing.slots.empty();
      var _ = empty.whenComplete((done, failure) -> forgetDone());
      return empty;
    }
  }

  private void forgetDone() {
    synchronized (lock) {
      standing.slots.forgetDone();
    }
  }
}
