package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.gauge;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.pgdeeplake.proxy.demand.Demand;
import org.pgdeeplake.proxy.metrics.Family.Kind;

/** What one snapshot of the demand says; prefix {@code pgproxy_}. */
final class DemandFamilies {
  private DemandFamilies() {}

  /** What all replicas want together. */
  static List<Family<Integer>> everywhere() {
    return List.of(
        gauge(
            "demand",
            "All that wants an instance, of all replicas; 0: all may sleep",
            demand -> demand));
  }

  static List<Family<Demand.Snapshot>> demand() {
    return List.of(
        gauge("demand_local", "This replica's part of pgproxy_demand", s -> s.demand()),
        gauge("waiting", "Sessions that no server has taken yet", s -> s.waiting()),
        gauge("lingering", "Waiters that gave up a moment ago and still count", s -> s.lingering()),
        gauge(
            "oldest_waiter_seconds",
            "How long the oldest waiter has waited; 0 without one",
            s -> s.oldestWaiterSeconds()),
        new Family<>(
            "sessions",
            Kind.GAUGE,
            "Sessions that have a server, by what they are doing",
            "activity",
            DemandFamilies::activities),
        new Family<>(
            "no_wake_total",
            Kind.COUNTER,
            "Connections that were no demand",
            "reason",
            DemandFamilies::noWake));
  }

  private static Map<String, Double> activities(Demand.Snapshot snapshot) {
    return Map.of(
        "busy", (double) snapshot.busy(),
        "in_transaction", (double) snapshot.inTransaction(),
        "idle", (double) snapshot.idle(),
        "opaque", (double) snapshot.opaque());
  }

  private static Map<String, Double> noWake(Demand.Snapshot snapshot) {
    return snapshot.noWake().entrySet().stream()
        .collect(
            Collectors.toMap(
                entry -> entry.getKey().label(), entry -> entry.getValue().doubleValue()));
  }
}
