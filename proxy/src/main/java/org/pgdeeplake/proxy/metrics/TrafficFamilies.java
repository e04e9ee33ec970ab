package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.counter;
import static org.pgdeeplake.proxy.metrics.Family.gauge;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.pgdeeplake.proxy.traffic.RecentTimes;
import org.pgdeeplake.proxy.traffic.Traffic;

/** HAProxy's families of what went through, for any owner of a {@link Traffic}. */
final class TrafficFamilies {
  private TrafficFamilies() {}

  /** What a frontend, a backend and a server have in common. */
  static <T> List<Family<T>> any(Function<T, Traffic> of) {
    return List.of(
        counter("sessions_total", "Sessions", o -> of.apply(o).sessionsTotal()),
        counter("bytes_in_total", "Bytes from clients", o -> of.apply(o).bytesInTotal()),
        counter("bytes_out_total", "Bytes to clients", o -> of.apply(o).bytesOutTotal()),
        gauge(
            "current_session_rate",
            "Sessions in the last second",
            o -> of.apply(o).rate().perSecond()),
        gauge(
            "max_session_rate",
            "Most sessions in a second",
            o -> of.apply(o).rate().maxPerSecond()),
        counter(
            "responses_denied_total", "Always 0: there is no rule that denies an answer", o -> 0),
        counter(
            "internal_errors_total",
            "Sessions that ended because of a bug",
            o -> of.apply(o).internalErrorsTotal()));
  }

  /** What a backend and a server have in common besides. */
  static <T> List<Family<T>> serving(Function<T, Traffic> of) {
    List<Family<T>> families =
        new ArrayList<>(
            List.of(
                counter(
                    "connection_errors_total",
                    "Attempts that failed before the server answered",
                    o -> of.apply(o).connectErrorsTotal()),
                counter(
                    "response_errors_total",
                    "Sessions that a server broke off",
                    o -> of.apply(o).responseErrorsTotal()),
                counter(
                    "retry_warnings_total",
                    "Attempts made again after a failed one",
                    o -> of.apply(o).retriesTotal()),
                counter(
                    "redispatch_warnings_total",
                    "Sessions moved to another server",
                    o -> of.apply(o).redispatchesTotal()),
                counter(
                    "client_aborts_total",
                    "Sessions that the client broke off",
                    o -> of.apply(o).clientAbortsTotal()),
                counter(
                    "server_aborts_total",
                    "Sessions that the server broke off",
                    o -> of.apply(o).serverAbortsTotal()),
                counter(
                    "connection_reuses_total",
                    "Always 0: every session has a connection of its own",
                    o -> 0),
                gauge(
                    "last_session_seconds",
                    "Since the last session began; -1 before the first",
                    o -> of.apply(o).rate().secondsSinceLast())));
    families.addAll(times("queue", "Waiting for a server", o -> of.apply(o).queueTime()));
    families.addAll(times("connect", "TCP connect", o -> of.apply(o).connectTime()));
    families.addAll(times("response", "Connect to first byte", o -> of.apply(o).responseTime()));
    families.addAll(times("total", "Whole session", o -> of.apply(o).totalTime()));
    return families;
  }

  private static <T> List<Family<T>> times(
      String phase, String what, Function<T, RecentTimes> times) {
    return List.of(
        gauge(
            phase + "_time_average_seconds",
            what + ", average of the last 1024",
            o -> times.apply(o).averageSeconds()),
        gauge(
            "max_" + phase + "_time_seconds",
            what + ", longest ever",
            o -> times.apply(o).maxSeconds()));
  }
}
