package org.pgdeeplake.proxy.stats;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.operation.Topology;
import org.pgdeeplake.proxy.session.SessionSnapshot;

/**
 * What the page shows: one moment.
 *
 * @param ready every frontend listens, and the proxy is not shutting down
 * @param demandEverywhere of all replicas: 0 is all that lets the servers sleep
 * @param sessions waiters first, the oldest of them before all others; then by age
 */
public record View(
    Instant now,
    Duration uptime,
    boolean ready,
    Topology topology,
    Demand.Snapshot demand,
    int demandEverywhere,
    List<SessionSnapshot> sessions,
    History history) {

  private static final Comparator<SessionSnapshot> ORDER =
      Comparator.<SessionSnapshot>comparingInt(session -> waits(session) ? 0 : 1)
          .thenComparingDouble(session -> waits(session) ? -session.waitedSeconds() : 0)
          .thenComparingLong(SessionSnapshot::id);

  public View {
    sessions = sessions.stream().sorted(ORDER).toList();
  }

  /** Whether it has asked for a server and has none. */
  static boolean waits(SessionSnapshot session) {
    return session.waitedSeconds() >= 0 && session.server() == null;
  }

  /** 0 where nobody waits. */
  double oldestSeconds(Backend backend) {
    return sessions.stream()
        .filter(session -> waits(session) && session.backend().equals(backend.name()))
        .mapToDouble(SessionSnapshot::waitedSeconds)
        .max()
        .orElse(0);
  }
}
