package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.counter;
import static org.pgdeeplake.proxy.metrics.Family.gauge;
import static org.pgdeeplake.proxy.metrics.Family.states;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

/**
 * HAProxy's exporter families for which there is a fact here, with HAProxy's names, labels and
 * meaning, so that dashboards, alerts and scalers go on unchanged. A family that HAProxy always has
 * in mode tcp and that is 0 here because the thing does not exist says so.
 */
final class HaproxyFamilies {
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
                gauge("limit_session_rate", "Always 0: the rate has no limit", f -> 0),
                states(
                    "status",
                    "UP while it listens",
                    f -> States.oneOf(States.UP_DOWN, f.bound().getAsBoolean() ? "UP" : "DOWN")),
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
                    "requests_denied_total",
                    "Always 0: there is no rule that denies a request",
                    f -> 0),
                counter(
                    "denied_connections_total",
                    "Connections refused because of a limit",
                    f -> f.traffic().deniedTotal()),
                counter(
                    "denied_sessions_total",
                    "Always 0: what is refused shows as denied connections",
                    f -> 0))));
  }

  /**
   * Prefix {@code haproxy_backend_}.
   *
   * @param limit the most sessions that can come to a backend
   */
  static List<Family<Backend>> backend(ToDoubleFunction<Backend> limit) {
    return concat(
        List.of(
            TrafficFamilies.any(Backend::traffic),
            TrafficFamilies.serving(Backend::traffic),
            List.of(
                gauge("current_queue", "Sessions that wait for a server", Backend::queued),
                gauge("max_queue", "Most sessions that waited at once", Backend::maxQueued),
                gauge("current_sessions", "Sessions waiting or with a server", Backend::sessions),
                gauge("max_sessions", "Most sessions at once", Backend::maxSessions),
                gauge("limit_sessions", "Most sessions that its frontends let in", limit),
                states(
                    "status",
                    "UP with a server that is up",
                    b -> States.oneOf(States.UP_DOWN, States.of(b))),
                gauge("active_servers", "Servers that take sessions", Backend::activeServers),
                gauge("backup_servers", "Always 0: there are no backup servers", b -> 0),
                gauge("weight", "Weight of the servers that take sessions", Backend::activeServers),
                gauge(
                    "uweight",
                    "Configured weight of the servers that take sessions",
                    Backend::activeServers),
                counter(
                    "requests_denied_total",
                    "Always 0: there is no rule that denies a request",
                    b -> 0),
                counter(
                    "check_up_down_total",
                    "Times the last server went down",
                    backend -> backend.uptime().timesDown()),
                gauge(
                    "check_last_change_seconds",
                    "Since the backend went up or down",
                    backend -> backend.uptime().secondsSinceChange()),
                counter(
                    "downtime_seconds_total",
                    "Without a server that is up",
                    backend -> backend.uptime().downSeconds()),
                counter("loadbalanced_total", "Times a server was chosen", Backend::leasesTotal),
                counter("connection_attempts_total", "Attempts on servers", Backend::leasesTotal),
                states(
                    "agg_server_status",
                    "Servers in each state",
                    b -> States.count(States.SERVER, b.servers().stream().map(States::of))),
                states(
                    "agg_server_check_status",
                    "Servers in each state; agg_server_status under its old name",
                    b -> States.count(States.SERVER, b.servers().stream().map(States::of))),
                states(
                    "agg_check_status",
                    "Servers by the result of their last check",
                    b ->
                        States.count(
                            States.CHECK,
                            b.servers().stream().filter(States::checks).map(States::check))))));
  }

  static <T> List<Family<T>> concat(List<List<Family<T>>> parts) {
    return parts.stream().flatMap(List::stream).toList();
  }
}
