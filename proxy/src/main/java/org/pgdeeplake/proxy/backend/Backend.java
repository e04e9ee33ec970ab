package org.pgdeeplake.proxy.backend;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

  /** Asks for servers that are not known yet, without blocking. */
  private volatile Runnable seeker = () -> {};

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
        config.servers().stream().map(s -> new Server(s, counted, config, lock)).toList();
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
    News news;
    TlsConnector counted = counted(tls);
    boolean lost;
    synchronized (lock) {
      boolean wasUp = availability.up();
      Map<String, Server> known = new LinkedHashMap<>();
      departed.forEach(server -> known.put(server.name(), server));
      servers.forEach(server -> known.put(server.name(), server));
      List<Server> now = new ArrayList<>();
      for (BackendConfig.ServerConfig one : next.servers()) {
        Server server = known.remove(one.name());
        if (server == null) {
          server = new Server(one, counted, next, lock);
        } else {
          server.reconfigure(one, counted, next);
        }
        now.add(server);
      }
      known.values().forEach(server -> server.depart(counted));
      departed = known.values().stream().filter(server -> server.sessions() > 0).toList();
      config = next;
      servers = List.copyOf(now);
      dispatcher.reconfigure(servers, next.queue());
      news = settle();
      lost = wasUp && !availability.up();
    }
    if (lost) {
      stateLog.noneLeft();
    }
    news.tell();
  }

  private @Nullable TlsConnector counted(@Nullable TlsConnector tls) {
    return tls == null ? null : tls.telling(traffic::handshake);
  }

  public void probeWith(Consumer<Server> prober) {
    this.prober = prober;
  }

  /** What is done, beside checks, when the first waiter comes; it must not block. */
  public void seekWith(Runnable seeker) {
    this.seeker = seeker;
  }

  /** Set once, before the first session. */
  public void tellWakes(WakeListener listener) {
    synchronized (lock) {
      wakes.tell(listener);
    }
  }

  /**
   * Set once, before the first session.
   *
   * @param linger how long a wake goes on without anybody who waits
   */
  public void lingerWakes(Supplier<Duration> linger) {
    synchronized (lock) {
      wakes.linger(linger);
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

  /** Every slot of that server that is taken, in one moment. */
  public List<Lease> leases(Server server) {
    synchronized (lock) {
      return server.leases();
    }
  }

  boolean held(Lease lease) {
    synchronized (lock) {
      return !lease.released;
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
    StateLog.Moment moment;
    News news;
    synchronized (lock) {
      before = server.administrative();
      if (before == wanted) {
        server.drainUntilDown(null);
        return;
      }
      wasUp = server.up();
      evicted = wanted == AdministrativeState.MAINT ? server.leases() : List.of();
      server.administer(wanted);
      news = settle();
      moment = moment(server);
    }
    stateLog.administered(server, new StateLog.Change(before, wanted, wasUp), moment);
    news.tell();
    evicted.forEach(lease -> lease.holder().evicted(lease));
    if (wanted != AdministrativeState.MAINT) {
      prober.accept(server);
    }
  }

  /**
   * The name of one of these servers has another address. Nobody is sent there before its next good
   * check.
   */
  public void moved(Server server) {
    synchronized (lock) {
      server.moved();
    }
    prober.accept(server);
  }

  /**
   * DRAIN that ends by itself: the server is READY as soon as it has no session and is found down,
   * so that whatever comes up in its place takes sessions.
   *
   * @param emptyElsewhere whether no other proxy has a session on it; from memory, called with the
   *     lock held
   */
  public void drainUntilDown(Server server, BooleanSupplier emptyElsewhere) {
    administer(server, AdministrativeState.DRAIN);
    synchronized (lock) {
      server.drainUntilDown(emptyElsewhere);
    }
    prober.accept(server);
  }

  /**
   * Those servers that are spare from now on; the others are not. A spare one keeps its sessions
   * and takes new ones only while no other server is active.
   */
  public void spare(Set<Server> wanted) {
    List<Server> changed = new ArrayList<>();
    News news;
    synchronized (lock) {
      for (Server server : servers) {
        if (server.spare(wanted.contains(server))) {
          changed.add(server);
        }
      }
      if (changed.isEmpty()) {
        return;
      }
      news = match();
    }
    changed.forEach(stateLog::spare);
    news.tell();
  }

  /** No waiter gets a server until {@link #resume}; sessions that are served go on. */
  public void pause() {
    int assigned;
    int queued;
    synchronized (lock) {
      if (!dispatcher.pause(true)) {
        return;
      }
      assigned = dispatcher.assigned();
      queued = dispatcher.queued();
    }
    stateLog.paused(assigned, queued);
  }

  /** Waiters are released in order, and as many at once as always. */
  public void resume() {
    int assigned;
    int queued;
    News news;
    synchronized (lock) {
      if (!dispatcher.pause(false)) {
        return;
      }
      assigned = dispatcher.assigned();
      queued = dispatcher.queued();
      news = settle();
    }
    stateLog.resumed(assigned, queued);
    news.tell();
  }

  /** Whether there is a server for whoever asks for one now, if not in this moment. */
  public boolean available() {
    synchronized (lock) {
      return activeServers() > 0 && !dispatcher.paused();
    }
  }

  public boolean paused() {
    synchronized (lock) {
      return dispatcher.paused();
    }
  }

  /** The last starts, the newest first; at most 100. */
  public List<Wake> wakes() {
    List<Wake> seen;
    Runnable news;
    synchronized (lock) {
      seen = wakes.seen();
      news = wakes.news();
    }
    news.run();
    return seen;
  }

  /** Whether somebody waits for the first server, and nobody was answered yet. */
  public boolean waking() {
    boolean waking;
    Runnable news;
    synchronized (lock) {
      waking = wakes.waking();
      news = wakes.news();
    }
    news.run();
    return waking;
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
    News news;
    Admission admission;
    boolean firstWaiter;
    synchronized (lock) {
      admission = dispatcher.admit(ticket);
      if (!availability.up() || wakes.deserted()) {
        dispatcher.wantServer(ticket);
      }
      news = match();
      firstWaiter = dispatcher.queued() == 1;
    }
    news.tell();
    if (firstWaiter) {
      probe();
    }
    return admission;
  }

  /** Gets out of line. A lease that is already on its way must be closed by who receives it. */
  public void leave(Ticket ticket) {
    Runnable news;
    synchronized (lock) {
      dispatcher.remove(ticket);
      news = wakes.news();
    }
    news.run();
  }

  /**
   * The result of a check of one of these servers.
   *
   * @param era of the server, when the check began: it counts only if that is the present one
   */
  public void checked(Server server, CheckResult result, int era) {
    apply(server, result, false, era);
  }

  /** Looks for waiters whose pause between two rounds is over. */
  public void retryWaiters() {
    News news;
    synchronized (lock) {
      news = match();
    }
    news.tell();
  }

  /** How long a session pauses after a round of failed attempts. */
  public long turnaroundNanos() {
    return Math.min(MAX_TURNAROUND_NANOS, config.timeouts().connect().toNanos());
  }

  void answered(Lease lease) {
    News news;
    synchronized (lock) {
      if (!dispatcher.answered(lease)) {
        return;
      }
      news = match();
    }
    news.tell();
  }

  void firstRow(Lease lease, long thinkingNanos) {
    Runnable news;
    synchronized (lock) {
      if (lease.wake != null) {
        wakes.firstRow(lease.wake, thinkingNanos);
      }
      news = wakes.news();
    }
    news.run();
  }

  void opening(Lease lease) {
    synchronized (lock) {
      dispatcher.opening(lease);
    }
  }

  /**
   * @param again whether its holder enters the queue again, or leaves it
   */
  void released(Lease lease, boolean again) {
    News news;
    synchronized (lock) {
      if (!dispatcher.giveBack(lease, again)) {
        return;
      }
      news = match(lease.server());
    }
    news.tell();
  }

  void failed(Lease lease, Failure failure) {
    Server server = lease.server();
    boolean counts;
    int era;
    News news;
    synchronized (lock) {
      if (!dispatcher.giveBack(lease, true)) {
        return;
      }
      era = server.era();
      counts = !lease.revoked() && !lease.elsewhere();
      if (counts) {
        switch (failure.kind()) {
          case FULL -> server.full();
          case NO_RESOURCES -> {} // ours, not the server's
          case NOT_READY, UNRESOLVED, REFUSED, TIMEOUT, EARLY_CLOSE, TLS -> server.doubt();
        }
      }
      news = match(server);
    }
    news.tell();
    if (counts) {
      counted(server, failure, era);
    }
  }

  private void counted(Server server, Failure failure, int era) {
    if (failure.kind() == Failure.Kind.NOT_READY) {
      apply(server, new CheckResult(CheckResult.Status.L7RSP, failure.detail(), 0), true, era);
    } else if (failure.kind() != Failure.Kind.FULL && failure.kind() != Failure.Kind.NO_RESOURCES) {
      server.traffic().connectError();
    }
    prober.accept(server);
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
    boolean told;
    boolean drained;
    StateLog.Moment moment;
    News news;
    synchronized (lock) {
      if (server.administrative() == AdministrativeState.MAINT || server.era() != era) {
        return;
      }
      boolean first = server.lastCheck().status() == CheckResult.Status.INI;
      told = server.checked(result, conclusive) || first;
      drained = server.drained(result);
      if (drained) {
        server.administer(AdministrativeState.READY);
      }
      if (server.hasFallen() && config.check().onMarkedDown() == OnMarkedDown.CLOSE_SESSIONS) {
        doomed = server.leases().stream().filter(lease -> !lease.elsewhere()).toList();
      }
      news = settle();
      moment = moment(server);
    }
    if (told) {
      stateLog.checked(server, result, moment);
    }
    if (drained) {
      stateLog.drained(server);
    }
    news.tell();
    doomed.forEach(lease -> lease.holder().serverDown(lease));
  }

  /** Gives out what has become free. */
  @GuardedBy("lock")
  private News match() {
    return new News(dispatcher.match(), wakes.news(), List.of());
  }

  /** The same, after somebody has left that server. */
  @GuardedBy("lock")
  private News match(Server left) {
    return new News(dispatcher.match(), wakes.news(), left.emptied());
  }

  /** The same after a change of what servers there are, or are active. */
  @GuardedBy("lock")
  private News settle() {
    boolean active = activeServers() > 0;
    if (availability.set(active)) {
      if (active) {
        wakes.serverUp();
      } else {
        dispatcher.allWantServer();
      }
    }
    return match();
  }

  @GuardedBy("lock")
  private StateLog.Moment moment(Server server) {
    return new StateLog.Moment(
        server.up(), activeServers(), server.sessions(), dispatcher.queued());
  }

  /** Asks for a check of every server that could be better than it is known to be. */
  public void probe() {
    servers.forEach(this::probeIfDown);
    seeker.run();
  }

  private void probeIfDown(Server server) {
    if (server.blocked() || server.unsettled()) {
      prober.accept(server);
    }
  }
}
