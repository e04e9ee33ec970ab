package org.pgdeeplake.proxy.backend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.BackendConfig.ServerConfig;
import org.pgdeeplake.proxy.config.CheckConfig;
import org.pgdeeplake.proxy.config.DiscoveryConfig;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.traffic.Traffic;

/**
 * One PostgreSQL server: what its checks say, which sessions hold a slot of it, and what went
 * through. Its backend alone changes it, under the backend's lock; reading is for any thread.
 */
public final class Server {
  private volatile ServerConfig config;
  private volatile DiscoveryConfig discovery;
  private volatile @Nullable TlsConnector tls;
  private final Object lock;
  private final Traffic traffic = new Traffic();

  // From here on everything is guarded by the lock.
  private int fall;

  private final HealthCounter health;

  private final Availability availability = new Availability();

  private final Set<Lease> leases = new HashSet<>();

  private final List<CompletableFuture<Boolean>> awaitingEmpty = new ArrayList<>();

  private CheckResult lastCheck = CheckResult.NONE_YET;

  /** A session failed on it: nothing more is sent to it until its next good check. */
  private boolean suspect;

  /** It said 53300: nothing more is sent to it until a slot is free again. */
  private boolean full;

  /** The configuration no longer has it. */
  private boolean departed;

  private AdministrativeState administrative = AdministrativeState.READY;

  /**
   * In DRAIN until it is down: whether no other proxy has a session on it either. Null: whatever
   * becomes of it.
   */
  private @Nullable BooleanSupplier emptyElsewhere;

  /** How often that was asked for. */
  private int drains;

  /** Fewer servers would do: it takes nobody as long as another one is active. */
  private boolean spare;

  /** How often it went into maintenance or to another address. */
  private int era;

  /** Leases whose server has not yet sent a byte. */
  private int opening;

  private int maxSessions;

  /** Its own checks; what a session found out does not count. */
  private int failedInARow;

  private long failedChecks;

  /**
   * @param backend whose server it is
   */
  Server(ServerConfig config, @Nullable TlsConnector tls, BackendConfig backend, Object lock) {
    CheckConfig check = backend.check();
    this.config = config;
    this.discovery = backend.discovery();
    this.tls = counted(tls);
    this.lock = lock;
    this.fall = check.fall();
    this.health = new HealthCounter(check.rise(), check.fall());
  }

  /** At another address nobody is sent to it before its next good check. */
  void reconfigure(ServerConfig next, @Nullable TlsConnector tls, BackendConfig backend) {
    assert Thread.holdsLock(lock);
    CheckConfig check = backend.check();
    if (departed || !next.address().equals(config.address())) {
      era++;
      suspect = true;
      full = false;
    }
    departed = false;
    config = next;
    discovery = backend.discovery();
    this.tls = counted(tls);
    fall = check.fall();
    if (health.limits(check.rise(), check.fall())) {
      failedInARow = 0;
    }
  }

  /**
   * Its name is somewhere else now. While it is down there is nothing to doubt, and the check that
   * has found it there may bring it up.
   */
  void moved() {
    assert Thread.holdsLock(lock);
    if (health.up()) {
      era++;
      suspect = true;
      full = false;
    }
  }

  /** Takes nobody any more; cancel requests of the sessions that it still has go on. */
  void depart(@Nullable TlsConnector tls) {
    assert Thread.holdsLock(lock);
    departed = true;
    this.tls = counted(tls);
  }

  private @Nullable TlsConnector counted(@Nullable TlsConnector tls) {
    return tls == null ? null : tls.telling(traffic::handshake);
  }

  public String name() {
    return config.name();
  }

  public HostPort address() {
    return config.address();
  }

  /**
   * How a connection to it is made.
   *
   * @param own whether the proxy's own TLS is wanted; not for what is to go on as a client sends it
   * @param header for a server that asks for one
   */
  public Destination destination(boolean own, ProxyHeader header) {
    return destination(config.address(), own, header);
  }

  Destination destination(HostPort at, boolean own, ProxyHeader header) {
    DiscoveryConfig found = discovery;
    HostPort followed = found.followed();
    return new Destination(
        at,
        found.lookup(),
        null,
        followed == null ? at : followed,
        own ? tls : null,
        config.sendProxyProtocol() ? header : null);
  }

  /** Sessions at once; 0 is no limit. */
  public int limit() {
    return config.maxConnections();
  }

  public Traffic traffic() {
    return traffic;
  }

  /** What its checks say, whatever an operator wants; false in maintenance, where nothing does. */
  public boolean up() {
    synchronized (lock) {
      return health.up();
    }
  }

  /** Whether it is up and may have sessions: HAProxy's active server. */
  public boolean active() {
    synchronized (lock) {
      return health.up() && administrative == AdministrativeState.READY && !departed;
    }
  }

  /**
   * In HAProxy's words: {@code UP}, {@code DRAIN}, {@code DOWN}, {@code MAINT}, the first three
   * with {@code 1/2} behind them while checks are changing that; {@code DRAIN} is up, too.
   */
  public String status() {
    synchronized (lock) {
      return switch (administrative) {
        case READY -> health.display("UP");
        case DRAIN -> health.display("DRAIN");
        case MAINT -> "MAINT";
      };
    }
  }

  /** HAProxy's count of good checks: 0 to {@code rise + fall - 1}, up from {@code rise} on. */
  public int health() {
    synchronized (lock) {
      return health.value();
    }
  }

  /** What an operator wants of it. */
  public AdministrativeState administrative() {
    synchronized (lock) {
      return administrative;
    }
  }

  /** Whether it is drained until it has no session and goes down, and READY from then on. */
  public boolean drainsUntilDown() {
    synchronized (lock) {
      return emptyElsewhere != null;
    }
  }

  /** How often it was to be drained until it is down: tells one such drain from the next. */
  public int drains() {
    synchronized (lock) {
      return drains;
    }
  }

  /**
   * Whether fewer servers would do without it: it takes new sessions only while no other server is
   * active. Nobody's will but the load's.
   */
  public boolean spare() {
    synchronized (lock) {
      return spare;
    }
  }

  /**
   * How often it went into maintenance or to another address. What a check finds out is worth
   * nothing in another era than that in which it began.
   */
  public int era() {
    synchronized (lock) {
      return era;
    }
  }

  /** Of no status but INI in maintenance, and after it until the next check. */
  public CheckResult lastCheck() {
    synchronized (lock) {
      return lastCheck;
    }
  }

  /** Slots taken, connecting sessions included. */
  public int sessions() {
    synchronized (lock) {
      return leases.size();
    }
  }

  /** The most slots ever taken at once. */
  public int maxSessions() {
    synchronized (lock) {
      return maxSessions;
    }
  }

  /** Since it came up or went down, or an operator last said what it is to be. */
  public double secondsSinceChange() {
    synchronized (lock) {
      return availability.secondsSinceChange();
    }
  }

  public double downSeconds() {
    synchronized (lock) {
      return availability.downSeconds();
    }
  }

  /** Checks that failed while the server was up. */
  public long failedChecks() {
    synchronized (lock) {
      return failedChecks;
    }
  }

  /** Changes from up to down. */
  public long timesDown() {
    synchronized (lock) {
      return availability.timesDown();
    }
  }

  /** Whether a check is wanted soon: the state is changing, or a session has cast doubt on it. */
  public boolean unsettled() {
    synchronized (lock) {
      // A drained one may go and come back between two slow checks, unseen.
      return health.changing()
          || suspect
          || emptyElsewhere != null
          || lastCheck.status() == CheckResult.Status.INI;
    }
  }

  /** Whether it takes nobody until a check finds it better: it is down or full. */
  public boolean blocked() {
    synchronized (lock) {
      return administrative == AdministrativeState.READY && (!health.up() || full);
    }
  }

  /** Whether so many of its own checks in a row have failed, just now, that it counts as down. */
  boolean hasFallen() {
    assert Thread.holdsLock(lock);
    return !health.up() && failedInARow == fall;
  }

  boolean takesSession(int releaseConcurrency) {
    assert Thread.holdsLock(lock);
    return active()
        && !suspect
        && !full
        && opening < releaseConcurrency
        && (config.maxConnections() == 0 || leases.size() < config.maxConnections());
  }

  void lease(Lease lease) {
    assert Thread.holdsLock(lock);
    leases.add(lease);
    opening++;
    maxSessions = Math.max(maxSessions, leases.size());
    traffic.sessionStarted();
  }

  void opening() {
    assert Thread.holdsLock(lock);
    opening++;
  }

  void answered() {
    assert Thread.holdsLock(lock);
    opening--;
  }

  void release(Lease lease) {
    assert Thread.holdsLock(lock);
    leases.remove(lease);
    full = false;
  }

  /** Completes with true as soon as it has no session; who no longer cares cancels it. */
  public CompletableFuture<Boolean> empty() {
    synchronized (lock) {
      if (leases.isEmpty()) {
        return CompletableFuture.completedFuture(true);
      }
      CompletableFuture<Boolean> empty = new CompletableFuture<>();
      awaitingEmpty.add(empty);
      var _ = empty.whenComplete((done, failure) -> forgetDone());
      return empty;
    }
  }

  private void forgetDone() {
    synchronized (lock) {
      awaitingEmpty.removeIf(CompletableFuture::isDone);
    }
  }

  /** Those who wait for what has just become true; to be told when the lock is free again. */
  List<CompletableFuture<Boolean>> emptied() {
    assert Thread.holdsLock(lock);
    return leases.isEmpty() ? List.copyOf(awaitingEmpty) : List.of();
  }

  List<Lease> leases() {
    assert Thread.holdsLock(lock);
    return List.copyOf(leases);
  }

  /** Takes note of what an operator wants. In maintenance nothing is known of it any more. */
  void administer(AdministrativeState wanted) {
    assert Thread.holdsLock(lock);
    administrative = wanted;
    emptyElsewhere = null;
    availability.touch();
    if (wanted == AdministrativeState.MAINT) {
      era++;
      leases.forEach(Lease::revoke);
      health.restart();
      lastCheck = CheckResult.NONE_YET;
      suspect = false;
      full = false;
      failedInARow = 0;
      var _ = availability.set(false);
    }
  }

  /**
   * How long a drain lasts; does nothing to a server that is not drained.
   *
   * @param emptyElsewhere from memory; null: until somebody ends it
   */
  void drainUntilDown(@Nullable BooleanSupplier emptyElsewhere) {
    assert Thread.holdsLock(lock);
    this.emptyElsewhere = administrative == AdministrativeState.DRAIN ? emptyElsewhere : null;
    drains += emptyElsewhere == null ? 0 : 1;
  }

  /**
   * Whether a check has just ended the drain. One that has sessions may be out of this proxy's
   * reach alone, and what was not checked yet is not known to be down.
   */
  boolean drained(CheckResult result) {
    assert Thread.holdsLock(lock);
    return emptyElsewhere != null
        && !result.passed()
        && !health.up()
        && leases.isEmpty()
        && emptyElsewhere.getAsBoolean();
  }

  /** Returns whether that is news. */
  boolean spare(boolean wanted) {
    assert Thread.holdsLock(lock);
    boolean news = spare != wanted;
    spare = wanted;
    return news;
  }

  void doubt() {
    assert Thread.holdsLock(lock);
    suspect = true;
  }

  void full() {
    assert Thread.holdsLock(lock);
    full = true;
  }

  /** Takes note of a check; returns whether the server went up or down. */
  boolean checked(CheckResult result, boolean conclusive) {
    assert Thread.holdsLock(lock);
    lastCheck = result;
    if (result.passed()) {
      failedInARow = 0;
      suspect = false;
      full = result.slotsTaken();
      health.passed();
    } else {
      if (health.up()) {
        failedChecks++;
      }
      health.failed();
      if (conclusive) {
        health.down();
      } else {
        failedInARow++;
      }
    }
    return availability.set(health.up());
  }
}
