package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.counter;
import static org.pgdeeplake.proxy.metrics.Family.gauge;
import static org.pgdeeplake.proxy.metrics.Family.optional;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.pgdeeplake.proxy.metrics.Family.Kind;

/** The process. Those with the prefix {@code haproxy_process_} are HAProxy's, as its exporter's. */
final class ProcessFamilies {
  /** HAProxy's name for it does not end as a counter's should. */
  static final String FAILED_RESOLUTIONS = "failed_resolutions";

  private static final String ACCEPTED = "Sessions that clients began";

  private ProcessFamilies() {}

  /** Prefix {@code haproxy_process_}. */
  static List<Family<ProcessOwner>> haproxy() {
    return HaproxyFamilies.concat(List.of(fixed(), limits(), connections(), output(), state()));
  }

  private static List<Family<ProcessOwner>> fixed() {
    return List.of(
        gauge("nbthread", "Event loops of sessions", p -> p.facts().threads()),
        gauge("nbproc", "Always 1", p -> 1),
        gauge("relative_process_id", "Always 1", p -> 1),
        gauge("start_time_seconds", "When the process started", p -> ProcessOwner.startSeconds()),
        gauge("uptime_seconds", "Since the process started", p -> ProcessOwner.uptimeSeconds()),
        gauge(
            "max_memory_bytes",
            "Most heap that the process takes; buffers come on top",
            p -> Runtime.getRuntime().maxMemory()),
        gauge(
            "pool_allocated_bytes",
            "Memory taken for buffers, on the heap and outside it",
            p -> ProcessOwner.bufferBytes(true) + ProcessOwner.bufferBytes(false)),
        gauge("busy_polling_enabled", "Always 0: nothing polls busily", p -> 0));
  }

  private static List<Family<ProcessOwner>> limits() {
    return List.of(
        optional("max_fds", "Most files and sockets at once", p -> ProcessOwner.maxFds()),
        optional("max_sockets", "Most files and sockets at once", p -> ProcessOwner.maxFds()),
        gauge(
            "max_connections",
            "max-connections of all frontends",
            p -> p.frontends().maxConnections()),
        gauge(
            "hard_max_connections",
            "Sessions that the files which the process may open suffice for",
            p -> p.facts().places().getAsInt()),
        gauge("limit_connection_rate", "Always 0: the rate has no limit", p -> 0),
        gauge("limit_session_rate", "Always 0: the rate has no limit", p -> 0));
  }

  private static List<Family<ProcessOwner>> connections() {
    return List.of(
        gauge("current_connections", "Sessions of all frontends now", p -> p.frontends().current()),
        counter("connections_total", ACCEPTED, p -> p.frontends().sessionsTotal()),
        counter("requests_total", ACCEPTED, p -> p.frontends().sessionsTotal()),
        gauge(
            "current_connection_rate",
            ACCEPTED + " in the last second",
            p -> p.frontends().sessionsPerSecond()),
        gauge(
            "max_connection_rate", "Most of them in a second", ProcessOwner::maxSessionsPerSecond),
        gauge(
            "current_session_rate",
            ACCEPTED + " in the last second",
            p -> p.frontends().sessionsPerSecond()),
        gauge("max_session_rate", "Most of them in a second", ProcessOwner::maxSessionsPerSecond));
  }

  private static List<Family<ProcessOwner>> output() {
    return List.of(
        counter(
            "bytes_out_total",
            "Bytes to the clients of all frontends",
            p -> p.frontends().bytesOutTotal()),
        gauge(
            "bytes_out_rate",
            "Bytes to clients in the last second",
            p -> p.rates().bytesOutPerSecond()),
        new Family<>(
            FAILED_RESOLUTIONS,
            Kind.UNSUFFIXED_COUNTER,
            "Names of servers that could not be resolved",
            "",
            p -> Map.of("", (double) p.facts().failedResolutions().getAsLong())));
  }

  private static List<Family<ProcessOwner>> state() {
    return List.of(
        gauge(
            "idle_time_percent",
            "Part of the CPUs that the process left idle in the last second",
            p -> p.rates().idlePercent()),
        gauge("stopping", "1 while it stops", p -> p.facts().stopping().getAsBoolean() ? 1 : 0),
        gauge("listeners", "Frontends that listen", p -> p.frontends().listeners()),
        gauge(
            "jobs",
            "Sessions and listeners",
            p -> p.frontends().current() + p.frontends().listeners()),
        gauge("unstoppable_jobs", "Always 0: everything ends with the process", p -> 0),
        gauge("active_peers", "Always 0: there are no peers", p -> 0),
        gauge("connected_peers", "Always 0: there are no peers", p -> 0));
  }

  /** Prefix {@code process_}: the names that every Prometheus client uses. */
  static List<Family<ProcessOwner>> usual() {
    return List.of(
        counter("cpu_seconds_total", "CPU time of the process", p -> ProcessOwner.cpuNanos() / 1e9),
        optional("open_fds", "Files and sockets that are open", p -> ProcessOwner.openFds()),
        optional("max_fds", "Most files and sockets at once", p -> ProcessOwner.maxFds()),
        gauge("start_time_seconds", "When the process started", p -> ProcessOwner.startSeconds()));
  }

  /** Prefix {@code pgproxy_}. */
  static List<Family<ProcessOwner>> own() {
    return List.of(
        new Family<>(
            "transport_info",
            Kind.GAUGE,
            "Always 1: the kernel interface that moves the bytes",
            "transport",
            p -> Map.of(p.facts().transport(), 1.0)),
        new Family<>(
            "buffer_memory_bytes",
            Kind.GAUGE,
            "Memory that Netty has taken for buffers, in use or kept for the next",
            "area",
            p ->
                Map.of(
                    "heap", (double) ProcessOwner.bufferBytes(true),
                    "direct", (double) ProcessOwner.bufferBytes(false))));
  }

  /** Under HAProxy's name and under ours. */
  static List<Family<LongSupplier>> droppedLines() {
    String help = "Lines that the log could not take in time";
    return List.of(
        Family.counter("haproxy_process_dropped_logs_total", help, lines -> lines.getAsLong()),
        Family.counter("pgproxy_log_lines_dropped_total", help, lines -> lines.getAsLong()));
  }

  /**
   * Of what a session may hold now.
   *
   * @param limit bytes that are shared out
   */
  static List<Family<LongSupplier>> buffers(LongSupplier limit) {
    return List.of(
        gauge(
            "buffer_memory_limit_bytes",
            "Memory outside the heap that is shared out among sessions",
            _ -> limit.getAsLong()),
        gauge(
            "buffer_share_bytes",
            "Bytes for its slower side that a session may hold now before its source is not read",
            now -> now.getAsLong()));
  }
}
