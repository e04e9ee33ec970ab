package org.pgdeeplake.proxy.scaler;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.ScalerConfig;
import org.pgdeeplake.proxy.demand.Load;

/**
 * How many instances one backend wants, so that scaling in ends no session: first the highest
 * become spare and empty, and only then fewer are wanted. All that it goes by but the checks are
 * sums over all proxies, so that each of them comes to the same without asking the others. Any
 * thread.
 */
final class BackendScale {
  /**
   * For so long a spare instance is still wanted: until then another proxy may not have seen that
   * it is spare, and send somebody there.
   */
  private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Who waits for so long although there are spare servers is waiting for one of them. */
  private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Backend backend;

  @GuardedBy("this")
  private final ScaleIn scaleIn;

  /** When each of the spare servers became so. */
  @GuardedBy("this")
  private final Map<Server, Long> spareSince = new HashMap<>();

  /** When the queue was last seen empty. */
  @GuardedBy("this")
  private long emptyNanos;

  BackendScale(Backend backend, long nowNanos) {
    this.backend = backend;
    this.scaleIn = new ScaleIn(nowNanos);
    this.emptyNanos = nowNanos;
  }

  /**
   * One moment.
   *
   * @param wanted instances; 0 without demand
   * @param present instances up to the highest that is up
   */
  record Scale(int demand, int wanted, int present) {
    boolean active() {
      return demand > 0;
    }

    double published() {
      return WantedInstances.published(wanted, present);
    }
  }

  /** Looks at the load, and makes servers spare or takes them back. */
  synchronized Scale look(ScalerConfig config, Load load, long nowNanos) {
    List<Server> servers = backend.servers();
    Positions positions = new Positions(servers.stream().map(Server::name).toList());
    WantedInstances instances = WantedInstances.of(config, servers.size());
    // Where none is up, none can be spared, and what comes up first is welcome.
    if (stuck(nowNanos) || backend.activeServers() == 0) {
      scaleIn.all(nowNanos);
    }
    int keep = scaleIn.keep(instances.enough(load), config.scaleInAfter().toNanos(), nowNanos);
    setSpare(servers, positions, keep, nowNanos);
    long settling = Math.min(SETTLING_NANOS, config.scaleInAfter().toNanos());
    int highest = -1;
    int present = 0;
    for (Server server : servers) {
      int position = positions.of(server.name()).orElse(-1);
      if (server.up()) {
        present = Math.max(present, position + 1);
      }
      if (server.active() && nowNanos - spareSince.getOrDefault(server, nowNanos) < settling) {
        highest = Math.max(highest, position);
      }
    }
    for (String name : load.counted().keySet()) {
      highest = Math.max(highest, positions.of(name).orElse(-1));
    }
    return new Scale(load.demand(), instances.safe(load, highest), present);
  }

  @GuardedBy("this")
  private boolean stuck(long nowNanos) {
    if (spareSince.isEmpty() || backend.queued() == 0 || backend.administration().paused()) {
      emptyNanos = nowNanos;
    }
    return nowNanos - emptyNanos >= STUCK_NANOS;
  }

  @GuardedBy("this")
  private void setSpare(List<Server> servers, Positions positions, int keep, long nowNanos) {
    Set<Server> spare = new HashSet<>();
    for (Server server : servers) {
      if (positions.of(server.name()).orElse(0) >= keep) {
        spare.add(server);
        spareSince.putIfAbsent(server, nowNanos);
      }
    }
    spareSince.keySet().retainAll(spare);
    backend.administration().spare(spare);
  }

  /** The scaler is off: all servers are equal. */
  void end() {
    backend.administration().spare(Set.of());
  }
}
