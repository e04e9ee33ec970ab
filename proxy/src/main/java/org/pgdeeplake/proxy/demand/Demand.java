package org.pgdeeplake.proxy.demand;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.DemandConfig;

/**
 * What wants an instance: sessions that wait, sessions that count, and waiters that gave up a
 * moment ago. The one owner of that fact; whoever shows it or acts on it reads it here. Any thread.
 */
public final class Demand {
  private static final double NANOS_PER_SECOND = 1e9;

  private volatile DemandConfig config;
  private final ScheduledExecutorService timer;
  private final NoWakeCounts noWake = new NoWakeCounts();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Runnable> ownListeners = new CopyOnWriteArrayList<>();

  /** By backend; set once, before the first session. */
  private volatile Function<String, Load> others = backend -> Load.NONE;

  /** In order of arrival. */
  @GuardedBy("this")
  private final Set<Claim> waiting = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Set<Claim> counted = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Set<Claim> idle = new LinkedHashSet<>();

  @GuardedBy("this")
  private final Lingering lingering = new Lingering();

  /**
   * @param timer tells listeners when a lingering waiter stops counting
   */
  public Demand(DemandConfig config, ScheduledExecutorService timer) {
    this.config = config;
    this.timer = timer;
  }

  /**
   * One moment's demand.
   *
   * @param demand everything of this proxy that wants an instance; {@link Demand#everywhere} has
   *     the other proxies too
   * @param waiting sessions held because no server has taken them yet
   * @param lingering waiters that gave up, and operators that asked, less than {@code
   *     demand.linger} ago
   * @param busy sessions in which the server has the turn
   * @param idle sessions that are idle outside a transaction, whether they still count or not
   * @param opaque sessions that nobody can look into
   * @param waitingByBackend backends with waiters only
   * @param oldestByBackend seconds that the oldest waiter of each has waited; the same backends
   */
  public record Snapshot(
      int demand,
      int waiting,
      int lingering,
      int busy,
      int inTransaction,
      int idle,
      int opaque,
      double oldestWaiterSeconds,
      Map<NoWake, Long> noWake,
      Map<String, Integer> waitingByBackend,
      Map<String, Double> oldestByBackend) {}

  /** For sessions that begin, and waiters that give up, from now on. */
  public void reconfigure(DemandConfig next) {
    config = next;
  }

  public DemandConfig config() {
    return config;
  }

  /** A session has made a real request. */
  public Claim claim(String backend) {
    Claim claim = new Claim(this, backend, true);
    synchronized (this) {
      waiting.add(claim);
    }
    changed();
    return claim;
  }

  /** The claim of a probe, which may have a server that is up and keeps none up: no demand. */
  public Claim uncounted(String backend) {
    return new Claim(this, backend, false);
  }

  public void noWake(NoWake reason) {
    noWake.increment(reason);
  }

  /**
   * {@code listener} is called after each change, on the thread that made it; it must not block.
   */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** As {@link #onChange}, of what this proxy's own sessions want. */
  public void onOwnChange(Runnable listener) {
    ownListeners.add(listener);
  }

  public void removeListener(Runnable listener) {
    listeners.remove(listener);
  }

  /** How many listen now. */
  public int listeners() {
    return listeners.size();
  }

  void served(Claim claim, String server) {
    synchronized (this) {
      claim.server = server;
    }
    move(claim, Claim.Phase.COUNTED);
  }

  void move(Claim claim, Claim.Phase to) {
    synchronized (this) {
      if (claim.phase == Claim.Phase.ENDED || claim.phase == to) {
        return;
      }
      members(claim.phase).remove(claim);
      claim.phase = to;
      members(to).add(claim);
    }
    changed();
  }

  void end(Claim claim, boolean gaveUp) {
    synchronized (this) {
      if (claim.phase == Claim.Phase.ENDED) {
        return;
      }
      boolean wasWaiting = claim.phase == Claim.Phase.WAITING;
      members(claim.phase).remove(claim);
      claim.phase = Claim.Phase.ENDED;
      if (wasWaiting && gaveUp) {
        linger(claim.backend);
      }
    }
    changed();
  }

  /** Demand without a session: counts for {@code demand.linger}, as a waiter that has given up. */
  public void wake() {
    synchronized (this) {
      linger(null);
    }
    changed();
  }

  @GuardedBy("this")
  private void linger(@Nullable String backend) {
    long lingerNanos = config.linger().toNanos();
    if (lingerNanos > 0) {
      lingering.add(backend, lingerNanos).ifPresent(this::tellLater);
    }
  }

  private void tellLater(long nanos) {
    var _ = timer.schedule(this::changed, nanos + 1, TimeUnit.NANOSECONDS);
  }

  public synchronized Snapshot snapshot() {
    long now = System.nanoTime();
    int lingers = lingering.count();
    // However many gave up, they keep one start going: whoever still wants one is waiting.
    int wanted = waiting.size() + counted.size();
    Map<Claim.Activity, Integer> activities = new EnumMap<>(Claim.Activity.class);
    counted.forEach(claim -> activities.merge(claim.activity(), 1, Integer::sum));
    idle.forEach(claim -> activities.merge(claim.activity(), 1, Integer::sum));
    Map<String, Integer> byBackend = new LinkedHashMap<>();
    Map<String, Double> oldest = new LinkedHashMap<>();
    for (Claim claim : waiting) {
      byBackend.merge(claim.backend, 1, Integer::sum);
      double seconds = Math.max(0, (now - claim.sinceNanos) / NANOS_PER_SECOND);
      oldest.merge(claim.backend, seconds, Math::max);
    }
    return new Snapshot(
        wanted > 0 || lingers == 0 ? wanted : 1,
        waiting.size(),
        lingers,
        activities.getOrDefault(Claim.Activity.BUSY, 0),
        activities.getOrDefault(Claim.Activity.IN_TRANSACTION, 0),
        activities.getOrDefault(Claim.Activity.IDLE, 0),
        activities.getOrDefault(Claim.Activity.OPAQUE, 0),
        oldest.values().stream().mapToDouble(seconds -> seconds).max().orElse(0),
        noWake.totals(),
        byBackend,
        oldest);
  }

  /** What this proxy's own sessions want of that backend. */
  public Load load(String backend) {
    synchronized (this) {
      return load(backend::equals, lingering.count(backend));
    }
  }

  @GuardedBy("this")
  private Load load(Predicate<String> backend, int lingers) {
    int busy = 0;
    Map<String, Integer> byServer = new HashMap<>();
    for (Claim claim : counted) {
      if (backend.test(claim.backend)) {
        byServer.merge(claim.server, 1, Integer::sum);
        busy += claim.activity() == Claim.Activity.IDLE ? 0 : 1;
      }
    }
    return new Load(
        (int) waiting.stream().filter(claim -> backend.test(claim.backend)).count(),
        lingers,
        busy,
        byServer);
  }

  /** The same with what the sessions of other proxies want. */
  public Load total(String backend) {
    return load(backend).plus(elsewhere(backend));
  }

  /** What the sessions of other proxies want. */
  public Load elsewhere(String backend) {
    return others.apply(backend);
  }

  private synchronized Load own() {
    return load(backend -> true, lingering.count());
  }

  /**
   * All that wants an instance, of this proxy and of the others: 0 means that all may sleep.
   *
   * @param backends of which the others are asked
   */
  public int everywhere(Collection<String> backends) {
    Load all = own();
    for (String backend : backends) {
      all = all.plus(others.apply(backend));
    }
    return all.demand();
  }

  /**
   * @param loads of the other proxies together, by backend; from memory. Whoever sets this calls
   *     {@link #othersChanged}
   */
  public void others(Function<String, Load> loads) {
    others = loads;
  }

  public void othersChanged() {
    listeners.forEach(Runnable::run);
  }

  public long noWakeTotal(NoWake reason) {
    return noWake.total(reason);
  }

  @GuardedBy("this")
  private Set<Claim> members(Claim.Phase phase) {
    return switch (phase) {
      case WAITING -> waiting;
      case COUNTED -> counted;
      case IDLE -> idle;
      case ENDED -> throw new IllegalStateException("an ended claim has no place");
    };
  }

  private void changed() {
    ownListeners.forEach(Runnable::run);
    listeners.forEach(Runnable::run);
  }
}
