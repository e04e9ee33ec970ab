package org.pgdeeplake.proxy.operation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.session.SessionSnapshot;
import org.pgdeeplake.proxy.session.Sessions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door for everything that an operator does, and for what only operators see. Each change
 * is logged with who asked for it. Any thread; nothing here blocks.
 */
public final class Operations {
  private static final Logger log = LoggerFactory.getLogger(Operations.class);

  /** A server that has no sessions and is told to end does so within this. */
  private static final Duration FALL_LIMIT = Duration.ofSeconds(10);

  private static final Caller UNSEEN_FALL = new Caller("drain until down, and still up", "", null);

  private final Supplier<Topology> topology;
  private final Sessions sessions;
  private final Demand demand;
  private final Function<Caller, CompletableFuture<ReloadResult>> reload;
  private final Runnable shutdown;
  private final Instant started = Instant.now();
  private final long startNanos = System.nanoTime();

  /** Set once, before there are any. */
  private volatile Replicas replicas = Replicas.NONE;

  /**
   * @param reload reads the configuration again; must not block
   * @param shutdown begins the orderly end and returns at once
   */
  public Operations(
      Supplier<Topology> topology,
      Sessions sessions,
      Demand demand,
      Function<Caller, CompletableFuture<ReloadResult>> reload,
      Runnable shutdown) {
    this.topology = topology;
    this.sessions = sessions;
    this.demand = demand;
    this.reload = reload;
    this.shutdown = shutdown;
  }

  /** Whoever tells the others what operators want of a server. */
  public void replicas(Replicas others) {
    replicas = others;
  }

  public Topology topology() {
    return topology.get();
  }

  public Demand demand() {
    return demand;
  }

  /** All that wants an instance, of all replicas. */
  public int demandEverywhere() {
    return demand.everywhere(topology().backends().stream().map(Backend::name).toList());
  }

  public Instant started() {
    return started;
  }

  /** Since then, also where the system's clock was set meanwhile. */
  public Duration uptime() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  /** Sessions that have not ended. */
  public int liveSessions() {
    return sessions.live();
  }

  /**
   * Every live session, in order of arrival.
   *
   * @param asker where it completes; no loop of sessions
   */
  public CompletableFuture<List<SessionSnapshot>> sessions(Executor asker) {
    return sessions.snapshots(asker);
  }

  /** What it should be from now on, on all replicas; {@code MAINT} closes its sessions. */
  public void administer(Caller caller, Topology.Place place, AdministrativeState wanted) {
    log.info("{}: server {} is to be {}", caller, place.name(), wanted.word());
    place.backend().administration().administer(place.server(), wanted);
    replicas.administered(place, wanted, false);
  }

  /** Sessions that other replicas have with the server, as far as they have told. */
  public int sessionsElsewhere(Topology.Place place) {
    return replicas.sessions(place);
  }

  /** As for the server alone, and the server has no session on the other replicas either. */
  public CompletableFuture<Boolean> awaitEmpty(
      Topology.Place place, Duration limit, ScheduledExecutorService timer) {
    CompletableFuture<Boolean> here = awaitEmpty(place.server(), limit, timer);
    CompletableFuture<Boolean> elsewhere = replicas.awaitEmpty(place);
    CompletableFuture<Boolean> both = here.thenCombine(elsewhere, (one, other) -> one && other);
    // The limit and whoever leaves end both.
    var _ =
        here.whenComplete((empty, problem) -> {
          if (problem != null || !empty) {
            elsewhere.complete(false);
          }
        });
    limited(elsewhere, limit, timer);
    var _ =
        both.whenComplete((empty, problem) -> {
          here.cancel(false);
          elsewhere.cancel(false);
        });
    return both;
  }

  /** DRAIN until the server is down and has no session on any replica; READY from then on. */
  public void drainUntilDown(Caller caller, Topology.Place place) {
    log.info("{}: server {} is to be drained until it is down", caller, place.name());
    place
        .backend()
        .administration()
        .drainUntilDown(place.server(), () -> replicas.sessions(place) == 0);
    replicas.administered(place, AdministrativeState.DRAIN, true);
  }

  /**
   * To be called when whoever asked for that no longer waits, and is about to end the server: one
   * that is up for so long afterwards went and came back unseen, or stays.
   */
  public void endDrainUntilDown(Topology.Place place, ScheduledExecutorService timer) {
    int drain = place.server().drains();
    try {
      var _ =
          timer.schedule(
              () -> {
                if (place.server().drainsUntilDown() && place.server().drains() == drain) {
                  administer(UNSEEN_FALL, place, AdministrativeState.READY);
                }
              },
              FALL_LIMIT.toNanos(),
              TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException stopping) {
      log.debug("no more drains", stopping);
    }
  }

  /**
   * Completes with true as soon as the server has no session, with false at the limit: on {@code
   * timer} or on a session's loop. Who no longer cares cancels it.
   */
  public CompletableFuture<Boolean> awaitEmpty(
      Server server, Duration limit, ScheduledExecutorService timer) {
    CompletableFuture<Boolean> empty = server.empty();
    limited(empty, limit, timer);
    return empty;
  }

  private static void limited(
      CompletableFuture<Boolean> empty, Duration limit, ScheduledExecutorService timer) {
    if (!empty.isDone()) {
      try {
        ScheduledFuture<?> end =
            timer.schedule(() -> empty.complete(false), limit.toNanos(), TimeUnit.NANOSECONDS);
        var _ = empty.whenComplete((done, failure) -> end.cancel(false));
      } catch (RejectedExecutionException stopping) {
        empty.complete(false);
      }
    }
  }

  /**
   * Ends one session: 57P01, or 57P03 where no server has taken it; false where there is no such
   * session.
   */
  public boolean closeSession(Caller caller, long id) {
    boolean found = sessions.close(id);
    log.info("{}: close session {}{}", caller, id, found ? "" : ", which there is not");
    return found;
  }

  /** Ends every session that holds a slot of this server; returns how many. */
  public int closeSessions(Caller caller, Topology.Place place) {
    int closed = sessions.closeHolders(place.backend().leases(place.server()));
    log.info("{}: close the {} sessions of server {}", caller, closed, place.name());
    return closed;
  }

  /** Ends every session of the backend, waiting or served; returns how many. */
  public int closeSessions(Caller caller, Backend backend) {
    int closed = sessions.close(backend.members());
    log.info("{}: close the {} sessions of backend {}", caller, closed, backend.name());
    return closed;
  }

  /** New sessions wait in the queue, up to their queue timeout; those that are served go on. */
  public void pause(Caller caller, Backend backend) {
    log.info("{}: pause backend {}", caller, backend.name());
    backend.administration().pause();
  }

  public void resume(Caller caller, Backend backend) {
    log.info("{}: resume backend {}", caller, backend.name());
    backend.administration().resume();
  }

  /**
   * Demand without a client: counts for {@code demand.linger}, so that an instance is started. The
   * servers are checked once at once, and then as ever.
   *
   * @return whether it counts: not so without a linger
   */
  public boolean wake(Caller caller) {
    Duration linger = demand.config().linger();
    boolean counts = linger.isPositive();
    if (counts) {
      log.info("{}: wake, which counts as demand for {} s", caller, linger.toSeconds());
      demand.wake();
      topology().backends().forEach(backend -> backend.probes().all());
    } else {
      log.info("{}: wake, which counts for nothing: demand.linger is 0", caller);
    }
    return counts;
  }

  public CompletableFuture<ReloadResult> reload(Caller caller) {
    return reload.apply(caller);
  }

  public void shutdown(Caller caller) {
    log.info("{}: shut down", caller);
    shutdown.run();
  }
}
