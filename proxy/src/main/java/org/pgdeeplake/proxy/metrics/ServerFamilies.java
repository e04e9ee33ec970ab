package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.counter;
import static org.pgdeeplake.proxy.metrics.Family.gauge;
import static org.pgdeeplake.proxy.metrics.Family.optional;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.metrics.Family.Kind;
import org.pgdeeplake.proxy.metrics.HaproxyFamilies.BackendServer;

/**
 * Of each server; prefix {@code haproxy_server_}. As in HAProxy, what checks say has no sample
 * while a server is not checked, and a limit that is not set is NaN.
 */
final class ServerFamilies {
  private static final double NONE = Double.NaN;

  private ServerFamilies() {}

  static List<Family<BackendServer>> server() {
    return HaproxyFamilies.concat(
        List.of(
            TrafficFamilies.any(s -> s.server().traffic()),
            TrafficFamilies.serving(s -> s.server().traffic()),
            sessions(),
            checks(),
            absentThings()));
  }

  private static List<Family<BackendServer>> sessions() {
    return List.of(
        gauge("current_sessions", "Sessions now", s -> s.server().sessions()),
        gauge("max_sessions", "Most sessions at once", s -> s.server().maxSessions()),
        gauge(
            "limit_sessions",
            "max-connections; NaN without a limit",
            s -> s.server().limit() == 0 ? NONE : s.server().limit()),
        gauge("used_connections_current", "One for each session", s -> s.server().sessions()),
        gauge("need_connections_current", "One for each session", s -> s.server().sessions()),
        gauge("weight", "Weight; 0 while it is drained", s -> weight(s.server())),
        gauge("uweight", "Configured weight: all are equal", s -> 1),
        gauge("active", "Always 1: no server is a backup", s -> 1),
        gauge("backup", "Always 0: no server is a backup", s -> 0),
        counter("loadbalanced_total", "Times it was chosen", s -> attempts(s.server())),
        counter("connection_attempts_total", "Attempts", s -> attempts(s.server())));
  }

  private static List<Family<BackendServer>> checks() {
    return List.of(
        Family.states(
            "status",
            "UP, DOWN, or what an operator wants of it",
            s -> States.oneOf(States.SERVER, States.of(s.server()))),
        counter(
            "check_failures_total",
            "Checks that failed while the server was up",
            s -> s.server().failedChecks()),
        counter("check_up_down_total", "Times it went down", s -> s.server().uptime().timesDown()),
        gauge(
            "check_last_change_seconds",
            "Since the server went up or down",
            s -> s.server().uptime().secondsSinceChange()),
        counter("downtime_seconds_total", "All time down", s -> s.server().uptime().downSeconds()),
        new Family<>(
            "check_status",
            Kind.GAUGE,
            "Result of the last check",
            "state",
            s -> checkStatus(s.server())),
        optional(
            "check_code",
            "Always 0: PostgreSQL's answer has no code",
            s -> States.checks(s.server()) ? OptionalDouble.of(0) : OptionalDouble.empty()),
        optional("check_duration_seconds", "Of the last check", s -> checkSeconds(s.server())));
  }

  private static List<Family<BackendServer>> absentThings() {
    return List.of(
        gauge("current_queue", "Always 0: the one queue is the backend's", s -> 0),
        gauge("max_queue", "Always 0: the one queue is the backend's", s -> 0),
        gauge("queue_limit", "NaN: the one queue is the backend's", s -> NONE),
        gauge("current_throttle", "NaN: there is no slow start", s -> NONE),
        gauge("idle_connections_current", "Always 0: none is kept for later", s -> 0),
        gauge("idle_connections_limit", "NaN: none is kept for later", s -> NONE),
        gauge("safe_idle_connections_current", "Always 0: none is kept for later", s -> 0),
        gauge("unsafe_idle_connections_current", "Always 0: none is kept for later", s -> 0),
        gauge("private_idle_connections_current", "Always 0: none is kept for later", s -> 0));
  }

  private static double weight(Server server) {
    return server.administrative() == AdministrativeState.READY ? 1 : 0;
  }

  private static double attempts(Server server) {
    return server.traffic().sessionsTotal();
  }

  private static Map<String, Double> checkStatus(Server server) {
    return States.checks(server) ? States.oneOf(States.CHECK, States.check(server)) : Map.of();
  }

  private static OptionalDouble checkSeconds(Server server) {
    return States.checked(server)
        ? OptionalDouble.of(
            server.lastCheck().durationNanos() / (double) TimeUnit.SECONDS.toNanos(1))
        : OptionalDouble.empty();
  }
}
