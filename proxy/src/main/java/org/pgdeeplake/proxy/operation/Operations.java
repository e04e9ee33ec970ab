package org.pgdeeplake.proxy.operation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
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

  private final Supplier<Topology> topology;
  private final Sessions sessions;
  private final Demand demand;
  private final Function<Caller, CompletableFuture<ReloadResult>> reload;
  private final Runnable shutdown;
  private final Instant started = Instant.now();

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

  public Topology topology() {
    return topology.get();
  }

  public Demand demand() {
    return demand;
  }

  public Instant started() {
    return started;
  }

  /** Sessions that have not ended. */
  public int liveSessions() {
    return sessions.live();
  }

  /** Every live session, in order of arrival. */
  public CompletableFuture<List<SessionSnapshot>> sessions() {
    return sessions.snapshots();
  }

  /** What it should be from now on; {@code MAINT} closes its sessions. */
  public void administer(Caller caller, Topology.Place place, AdministrativeState wanted) {
    log.info("{}: server {} is to be {}", caller, place.name(), wanted);
    place.backend().administer(place.server(), wanted);
  }

  /**
   * Completes with true as soon as the server has no session, with false at the limit. A caller
   * that goes away cancels it.
   */
  public CompletableFuture<Boolean> awaitEmpty(
      Server server, Duration limit, ScheduledExecutorService timer) {
    return CompletableFuture.completedFuture(
        server.sessions() == 0 && limit.isPositive() && !timer.isShutdown());
  }

  /** Ends one session with 57P01; false where there is no such session. */
  public boolean closeSession(Caller caller, long id) {
    log.info("{}: close session {}", caller, id);
    return false;
  }

  /** Ends every session that holds a slot of this server, with 57P01; returns how many. */
  public int closeSessions(Caller caller, Topology.Place place) {
    log.info("{}: close sessions of {}", caller, place.name());
    return 0;
  }

  /** Ends every session of the backend, waiting or served; returns how many. */
  public int closeSessions(Caller caller, Backend backend) {
    log.info("{}: close sessions of {}", caller, backend.name());
    return 0;
  }

  /** New sessions wait in the queue, up to their queue timeout; those that are served go on. */
  public void pause(Caller caller, Backend backend) {
    log.info("{}: pause {}", caller, backend.name());
    backend.pause();
  }

  public void resume(Caller caller, Backend backend) {
    log.info("{}: resume {}", caller, backend.name());
    backend.resume();
  }

  /** Demand without a client: counts for {@code demand.linger}, so that an instance is started. */
  public void wake(Caller caller) {
    log.info("{}: wake", caller);
  }

  public CompletableFuture<ReloadResult> reload(Caller caller) {
    return reload.apply(caller);
  }

  public void shutdown(Caller caller) {
    log.info("{}: shut down", caller);
    shutdown.run();
  }
}
