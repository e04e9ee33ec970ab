package org.pgdeeplake.proxy.backend;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Dispatcher.Grant;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.CheckConfig.OnMarkedDown;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.traffic.Traffic;
import org.pgdeeplake.proxy.wake.Wake;
import org.pgdeeplake.proxy.wake.WakeListener;
import org.pgdeeplake.proxy.wake.Wakes;

/**
 * The servers that share one queue. It alone decides who gets which server.
 *
 * <p>Any thread. Everything that changes is guarded by one lock, held only for bookkeeping; so
 * there is no moment in which a slot is free and a waiter that could take it is not seen. Waiters
 * are told after the lock is released.
 */
public final class Backend {
  /** Between two rounds of attempts that all failed, as HAProxy's turn-around. */
  private static final long MAX_TURNAROUND_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What a session hears when it asks for a server. */
  public enum Admission {
    /** {@link Waiter#assigned} is called, now or later. */
    WAITING,
    /** As waiting, but the waiter must call {@link #retryWaiters} when its pause is over. */
    PAUSED,
    QUEUE_FULL,
    CLIENT_LIMIT
  }

  private volatile BackendConfig config;
  private final Object lock = new Object();
  private volatile List<Server> servers;
  private final Traffic traffic = new Traffic();
  private final LongAdder leases = new LongAdder();
  private final StateLog stateLog = new StateLog(this);

  /** Asks for a check of a server soon, without blocking; set once, before the first session. */
  private volatile Consumer<Server> prober = server -> {};

  @GuardedBy("lock")
  private final Availability availability = new Availability();

  @GuardedBy("lock")
  private final Dispatcher dispatcher;

  @GuardedBy("lock")
  private final Wakes wakes;

  /** Servers that the configuration no longer has, for as long as sessions hold slots of them. */
  @GuardedBy("lock")
  private List<Server> departed = List.of();

  /** Whose servers are spoken to in plain text. */
  public Backend(BackendConfig config) {
    this(config, null);
  }

  /**
   * @param tls with its servers; null: plain text
   */
  public Backend(BackendConfig config, @Nullable TlsConnector tls) {
    this.config = config;
    TlsConnector counted = counted(tls);
    this.servers =
        config.servers().stream().map(s -> new Server(s, counted, config.check(), lock)).toList();
    this.wakes = new Wakes(config.name());
    this.dispatcher = new Dispatcher(this, servers, config.queue(), wakes);
  }

  /**
   * Takes over another configuration. Servers of the same name stay what they are, with their
   * sessions, counters and health; one whose address is another is checked before anybody is sent
   * there. Servers that are gone take nobody any more and keep their sessions. Waiters stay, and
   * each keeps the limit of its wait until it gets in line again.
   */
  public void reconfigure(BackendConfig next, @Nullable TlsConnector tls) {
    Settled settled;
    TlsConnector counted = counted(tls);
    synchronized (lock) {
      Map<String, Server> known = new LinkedHashMap<>();
      departed.forEach(server -> known.put(server.name(), server));
      servers.forEach(server -> known.put(server.name(), server));
      List<Server> now = new ArrayList<>();
      for (BackendConfig.ServerConfig one : next.servers()) {
        Server server = known.remove(one.name());
        if (server == null) {
          server = new Server(one, counted, next.check(), lock);
        } else {
          server.reconfigure(one, counted, next.check());
        }
        now.add(server);
      }
      known.values().forEach(server -> server.depart(counted));
      departed = known.values().stream().filter(server -> server.sessions() > 0).toList();
      config = next;
      servers = List.copyOf(now);
      dispatcher.reconfigure(servers, next.queue());
      settled = settle();
    }
    settled.tell();
  }

  private @Nullable TlsConnector counted(@Nullable TlsConnector tls) {
    return tls == null ? null : tls.telling(traffic::handshake);
  }

  public void probeWith(Consumer<Server> prober) {
    this.prober = prober;
  }

  /** Set once, before the first session. */
  public void tellWakes(WakeListener listener) {
    synchronized (lock) {
      wakes.tell(listener);
    }
  }

  public BackendConfig config() {
    return config;
  }

  public String name() {
    return config.name();
  }

  public List<Server> servers() {
    return servers;
  }

  public Traffic traffic() {
    return traffic;
  }

  /** How often a server was chosen, servers that are gone included. */
  public long leasesTotal() {
    return leases.sum();
  }

  void leased() {
    leases.increment();
  }

  /** Sessions that wait for a server. */
  public int queued() {
    synchronized (lock) {
      return dispatcher.queued();
    }
  }

  public int maxQueued() {
    synchronized (lock) {
      return dispatcher.maxQueued();
    }
  }

  /** Slots taken over all servers. */
  public int assigned() {
    synchronized (lock) {
      return dispatcher.assigned();
    }
  }

  /**
   * Queued or assigned, counted in one moment: a session on its way to a server is never missed.
   */
  public int sessions() {
    synchronized (lock) {
      return dispatcher.assigned() + dispatcher.queued();
    }
  }

  /** Everybody who waits or holds a slot, in one moment. */
  public List<Waiter> members() {
    synchronized (lock) {
      return dispatcher.members();
    }
  }

  /** Everybody who holds a slot of that server, in one moment. */
  public List<Waiter> members(Server server) {
    synchronized (lock) {
      return server.leases().stream().map(Lease::holder).toList();
    }
  }

  /** The most that were queued or assigned at once. */
  public int maxSessions() {
    synchronized (lock) {
      return dispatcher.maxSessions();
    }
  }

  /** Servers that are up and may have sessions. */
  public int activeServers() {
    synchronized (lock) {
      return (int) servers.stream().filter(Server::active).count();
    }
  }

  /** Since the first server became active or the last one ceased to be. */
  public double secondsSinceChange() {
    synchronized (lock) {
      return availability.secondsSinceChange();
    }
  }

  /** All time without an active server. */
  public double downSeconds() {
    synchronized (lock) {
      return availability.downSeconds();
    }
  }

  /** How often the last active server ceased to be so. */
  public long timesDown() {
    synchronized (lock) {
      return availability.timesDown();
    }
  }

  /**
   * What an operator wants of one of these servers. {@code MAINT} closes its sessions; {@code
   * READY} after it waits for a good check.
   */
  public void administer(Server server, AdministrativeState wanted) {
    AdministrativeState before;
    boolean wasUp;
    List<Lease> evicted;
    Settled settled;
    synchronized (lock) {
      before = server.administrative();
      if (before == wanted) {
        return;
      }
      wasUp = server.up();
      evicted = wanted == AdministrativeState.MAINT ? server.leases() : List.of();
      server.administer(wanted);
      settled = settle();
    }
    stateLog.administered(server, before, wasUp, settled.active());
    settled.tell();
    evicted.forEach(lease -> lease.holder().evicted(lease));
    if (wanted != AdministrativeState.MAINT) {
      prober.accept(server);
    }
  }

  /** No waiter gets a server until {@link #resume}; sessions that are served go on. */
  public void pause() {
    synchronized (lock) {
      if (!dispatcher.pause(true)) {
        return;
      }
    }
    stateLog.paused();
  }

  /** Waiters are released in order, and as many at once as always. */
  public void resume() {
    Settled settled;
    synchronized (lock) {
      if (!dispatcher.pause(false)) {
        return;
      }
      settled = settle();
    }
    stateLog.resumed();
    settled.tell();
  }

  public boolean paused() {
    synchronized (lock) {
      return dispatcher.paused();
    }
  }

  /** The last starts, the newest first; at most 100. */
  public List<Wake> wakes() {
    synchronized (lock) {
      return wakes.seen();
    }
  }

  /** Whether somebody waits for the first server to start. */
  public boolean waking() {
    synchronized (lock) {
      return wakes.waking();
    }
  }

  /** For a session that is demand. */
  public Ticket ticket(Waiter waiter, InetAddress client) {
    return ticket(waiter, client, true);
  }

  /**
   * @param counts whether the session is demand
   */
  public Ticket ticket(Waiter waiter, InetAddress client, boolean counts) {
    return new Ticket(waiter, client, counts, System.nanoTime());
  }

  /**
   * Gets in line, or back into it after a failed attempt: to the old place, and never refused then.
   */
  public Admission enter(Ticket ticket) {
    List<Grant> grants;
    Admission admission;
    boolean firstWaiter;
    synchronized (lock) {
      admission = dispatcher.admit(ticket);
      if (!availability.up()) {
        dispatcher.wantServer(ticket);
      }
      grants = dispatcher.match();
      firstWaiter = dispatcher.queued() == 1;
    }
    grants.forEach(Grant::deliver);
    if (firstWaiter) {
      probe();
    }
    return admission;
  }

  /** Gets out of line. A lease that is already on its way must be closed by who receives it. */
  public void leave(Ticket ticket) {
    Runnable news;
    synchronized (lock) {
      news = dispatcher.remove(ticket);
    }
    news.run();
  }

  /** The result of a check of one of these servers, made in its present era. */
  public void checked(Server server, CheckResult result) {
    apply(server, result, false, server.era());
  }

  /**
   * The same.
   *
   * @param era of the server, when the check began: it counts only if that is the present one
   */
  public void checked(Server server, CheckResult result, int era) {
    apply(server, result, false, era);
  }

  /** Looks for waiters whose pause between two rounds is over. */
  public void retryWaiters() {
    List<Grant> grants;
    synchronized (lock) {
      grants = dispatcher.match();
    }
    grants.forEach(Grant::deliver);
  }

  /** How long a session pauses after a round of failed attempts. */
  public long turnaroundNanos() {
    return Math.min(MAX_TURNAROUND_NANOS, config.timeouts().connect().toNanos());
  }

  void answered(Lease lease) {
    List<Grant> grants;
    Runnable news;
    synchronized (lock) {
      if (!dispatcher.answered(lease)) {
        return;
      }
      grants = dispatcher.match();
      news = lease.wake == null ? Wakes.NOTHING : wakes.answered(lease.wake);
    }
    grants.forEach(Grant::deliver);
    news.run();
  }

  void firstRow(Lease lease) {
    Runnable news;
    synchronized (lock) {
      news = lease.wake == null ? Wakes.NOTHING : wakes.firstRow(lease.wake);
    }
    news.run();
  }

  void opening(Lease lease) {
    synchronized (lock) {
      dispatcher.opening(lease);
    }
  }

  void released(Lease lease) {
    List<Grant> grants;
    List<CompletableFuture<Boolean>> emptied;
    synchronized (lock) {
      if (!dispatcher.giveBack(lease)) {
        return;
      }
      grants = dispatcher.match();
      emptied = lease.server().emptied();
    }
    grants.forEach(Grant::deliver);
    emptied.forEach(empty -> empty.complete(true));
  }

  void failed(Lease lease, Failure failure) {
    Server server = lease.server();
    if (lease.revoked() || lease.elsewhere()) {
      released(lease);
      return;
    }
    int era;
    List<CompletableFuture<Boolean>> emptied;
    synchronized (lock) {
      if (!dispatcher.giveBack(lease)) {
        return;
      }
      emptied = server.emptied();
      era = server.era();
      switch (failure.kind()) {
        case FULL -> server.full();
        case NO_RESOURCES -> {} // ours, not the server's
        case NOT_READY, UNRESOLVED, REFUSED, TIMEOUT, EARLY_CLOSE, TLS -> server.doubt();
      }
    }
    if (failure.kind() == Failure.Kind.NOT_READY) {
      apply(server, new CheckResult(CheckResult.Status.L7RSP, failure.detail(), 0), true, era);
    } else if (failure.kind() != Failure.Kind.FULL && failure.kind() != Failure.Kind.NO_RESOURCES) {
      server.traffic().connectError();
    }
    prober.accept(server);
    emptied.forEach(empty -> empty.complete(true));
  }

  /** Takes note of a failed attempt; the ticket is not in the queue now. */
  public void attemptFailed(Ticket ticket, Server server) {
    synchronized (lock) {
      if (++ticket.failedAttempts > config.retries()) {
        ticket.newRound(System.nanoTime() + turnaroundNanos());
        return;
      }
      ticket.avoid(server, config.redispatch());
    }
  }

  private void apply(Server server, CheckResult result, boolean conclusive, int era) {
    List<Lease> doomed = List.of();
    boolean news;
    Settled settled;
    synchronized (lock) {
      if (server.administrative() == AdministrativeState.MAINT || server.era() != era) {
        return;
      }
      boolean first = server.lastCheck().status() == CheckResult.Status.INI;
      news = server.checked(result, conclusive) || first;
      if (server.hasFallen() && config.check().onMarkedDown() == OnMarkedDown.CLOSE_SESSIONS) {
        doomed = server.leases();
      }
      settled = settle();
    }
    if (news) {
      stateLog.checked(server, result, settled.active());
    }
    settled.tell();
    doomed.forEach(lease -> lease.holder().serverDown(lease));
  }

  /** What follows from a change of servers; to be told when the lock is free again. */
  private record Settled(int active, List<Grant> grants, Runnable news) {
    void tell() {
      grants.forEach(Grant::deliver);
      news.run();
    }
  }

  @GuardedBy("lock")
  private Settled settle() {
    int active = activeServers();
    Runnable news = Wakes.NOTHING;
    if (availability.set(active > 0)) {
      if (active > 0) {
        news = wakes.serverUp();
      } else {
        dispatcher.allWantServer();
      }
    }
    return new Settled(active, dispatcher.match(), news);
  }

  /** Asks for a check of every server that could be better than it is known to be. */
  public void probe() {
    servers.forEach(this::probeIfDown);
  }

  private void probeIfDown(Server server) {
    if (server.blocked() || server.unsettled()) {
      prober.accept(server);
    }
  }
}
