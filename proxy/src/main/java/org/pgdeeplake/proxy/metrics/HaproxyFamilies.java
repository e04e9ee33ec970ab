package org.pgdeeplake.proxy.metrics;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.pgdeeplake.proxy.metrics.Family.counter;
import static org.pgdeeplake.proxy.metrics.Family.gauge;
import static org.pgdeeplake.proxy.metrics.Family.states;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/**
 * HAProxy's exporter families for which there is a fact here, with HAProxy's names, labels and
 * meaning, so that dashboards, alerts and scalers go on unchanged.
 */
final class HaproxyFamilies {
  private static final List<String> STATES = List.of("DOWN", "UP");

  /** Every result a check can have; before the first one none of them is 1, as in HAProxy. */
  private static final List<String> CHECK_STATES =
      Arrays.stream(CheckResult.Status.values())
          .filter(status -> status != CheckResult.Status.INI)
          .map(Enum::name)
          .toList();

  private HaproxyFamilies() {}

  /**
   * @param bound whether it listens
   */
  record Frontend(FrontendConfig config, FrontendTraffic traffic, BooleanSupplier bound) {}

  record BackendServer(Backend backend, Server server) {}

  /** Prefix {@code haproxy_frontend_}. */
  static List<Family<Frontend>> frontend() {
    return concat(
        List.of(
            TrafficFamilies.any(f -> f.traffic().traffic()),
            List.of(
                gauge("current_sessions", "Sessions now", f -> f.traffic().current()),
                gauge("max_sessions", "Most sessions at once", f -> f.traffic().max()),
                gauge("limit_sessions", "max-connections", f -> f.config().maxConnections()),
                states(
                    "status",
                    "UP while it listens",
                    f -> oneOf(STATES, f.bound().getAsBoolean() ? "UP" : "DOWN")),
                counter(
                    "connections_total",
                    "Connections accepted",
                    f -> f.traffic().traffic().sessionsTotal()),
                gauge(
                    "connections_rate_max",
                    "Most connections in a second",
                    f -> f.traffic().traffic().rate().maxPerSecond()),
                counter(
                    "request_errors_total",
                    "Clients that did not speak PostgreSQL's protocol, or not in time",
                    f -> f.traffic().requestErrorsTotal()),
                counter(
                    "denied_connections_total",
                    "Connections refused because of a limit",
                    f -> f.traffic().deniedTotal()))));
  }

  /** Prefix {@code haproxy_backend_}. */
  static List<Family<Backend>> backend() {
    return concat(
        List.of(
            TrafficFamilies.any(Backend::traffic),
            TrafficFamilies.serving(Backend::traffic),
            List.of(
                gauge("current_queue", "Sessions that wait for a server", Backend::queued),
                gauge("max_queue", "Most sessions that waited at once", Backend::maxQueued),
                gauge("current_sessions", "Sessions waiting or with a server", Backend::sessions),
                gauge("max_sessions", "Most sessions at once", Backend::maxSessions),
                states("status", "UP with a server that is up", b -> oneOf(STATES, state(b))),
                gauge("active_servers", "Servers that are up", Backend::activeServers),
                gauge("backup_servers", "Backup servers that are up: there are none", b -> 0),
                gauge("weight", "Weight of the servers that are up", Backend::activeServers),
                gauge(
                    "uweight",
                    "Configured weight of the servers that are up",
                    Backend::activeServers),
                counter(
                    "check_up_down_total", "Times the last server went down", Backend::timesDown),
                gauge(
                    "check_last_change_seconds",
                    "Since the backend went up or down",
                    Backend::secondsSinceChange),
                counter(
                    "downtime_seconds_total", "Without a server that is up", Backend::downSeconds),
                counter(
                    "loadbalanced_total", "Times a server was chosen", HaproxyFamilies::attempts),
                counter(
                    "connection_attempts_total", "Attempts on servers", HaproxyFamilies::attempts),
                states("agg_server_status", "Servers in each state", HaproxyFamilies::serverStates),
                states(
                    "agg_server_check_status",
                    "Servers in each state; agg_server_status under its old name",
                    HaproxyFamilies::serverStates),
                states(
                    "agg_check_status",
                    "Servers by the result of their last check",
                    b -> count(CHECK_STATES, b.servers().stream().map(HaproxyFamilies::check))))));
  }

  /** Prefix {@code haproxy_server_}. */
  static List<Family<BackendServer>> server() {
    return concat(
        List.of(
            TrafficFamilies.any(s -> s.server().traffic()),
            TrafficFamilies.serving(s -> s.server().traffic()),
            List.of(
                gauge("current_sessions", "Sessions now", s -> s.server().sessions()),
                gauge("max_sessions", "Most sessions at once", s -> s.server().maxSessions()),
                gauge(
                    "limit_sessions",
                    "max-connections; NaN without a limit",
                    s -> s.server().limit() == 0 ? Double.NaN : s.server().limit()),
                states("status", "UP or DOWN", s -> oneOf(STATES, state(s.server()))),
                gauge("weight", "Weight", s -> 1),
                gauge("uweight", "Configured weight", s -> 1),
                counter(
                    "check_failures_total",
                    "Checks that failed while the server was up",
                    s -> s.server().failedChecks()),
                counter("check_up_down_total", "Times it went down", s -> s.server().timesDown()),
                gauge(
                    "check_last_change_seconds",
                    "Since the server went up or down",
                    s -> s.server().secondsSinceChange()),
                counter("downtime_seconds_total", "All time down", s -> s.server().downSeconds()),
                states(
                    "check_status",
                    "Result of the last check",
                    s -> oneOf(CHECK_STATES, check(s.server()))),
                gauge("check_duration_seconds", "Of the last check", s -> checkSeconds(s.server())),
                counter("loadbalanced_total", "Times it was chosen", s -> attempts(s.server())),
                counter("connection_attempts_total", "Attempts", s -> attempts(s.server())))));
  }

  private static double attempts(Backend backend) {
    return backend.servers().stream().mapToDouble(HaproxyFamilies::attempts).sum();
  }

  private static double attempts(Server server) {
    return server.traffic().sessionsTotal();
  }

  private static Map<String, Double> serverStates(Backend backend) {
    return count(STATES, backend.servers().stream().map(HaproxyFamilies::state));
  }

  private static String state(Backend backend) {
    return backend.activeServers() > 0 ? "UP" : "DOWN";
  }

  private static String state(Server server) {
    return server.up() ? "UP" : "DOWN";
  }

  private static String check(Server server) {
    return server.lastCheck().status().name();
  }

  private static double checkSeconds(Server server) {
    CheckResult last = server.lastCheck();
    return last.status() == CheckResult.Status.INI
        ? Double.NaN
        : last.durationNanos() / (double) TimeUnit.SECONDS.toNanos(1);
  }

  private static Map<String, Double> oneOf(List<String> states, String present) {
    return count(states, Stream.of(present));
  }

  /** How often each of {@code states} is present, those that are not included. */
  private static Map<String, Double> count(List<String> states, Stream<String> present) {
    Map<String, Long> counts = present.collect(groupingBy(state -> state, counting()));
    Map<String, Double> all = new LinkedHashMap<>();
    states.forEach(state -> all.put(state, (double) counts.getOrDefault(state, 0L)));
    return all;
  }

  private static <T> List<Family<T>> concat(List<List<Family<T>>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }
}
