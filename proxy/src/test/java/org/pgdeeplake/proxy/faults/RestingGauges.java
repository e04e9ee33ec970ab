package org.pgdeeplake.proxy.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.pgdeeplake.proxy.support.ScrapedText;

/** Gauges that must be 0 when no client has been there for a minute. */
final class RestingGauges {
  /** Sessions, connections, handshakes and rates of now, whoever counts them. */
  private static final Pattern OF_NOW = Pattern.compile(".*(current|in_flight|in_progress).*");

  /** Always NaN: the proxy has no slow start. */
  private static final Set<String> NEVER = Set.of("haproxy_server_current_throttle");

  /** Names that do not say it, with what else they would tell of. */
  private static final Map<String, String> MORE =
      Map.of(
          "pgproxy_waiting", "a waiter that was forgotten in the queue",
          "pgproxy_lingering", "a waiter that never stops to count, which keeps instances up",
          "pgproxy_oldest_waiter_seconds", "the same, by its age",
          "pgproxy_sessions", "a session that holds its server",
          "pgproxy_demand", "demand of nobody, which keeps instances up",
          "pgproxy_demand_local", "the same, of this proxy alone",
          "pgproxy_scaler_connections", "a connection of KEDA's, who was never there",
          "pgproxy_scaler_streams", "the same",
          "pgproxy_paused", "a queue that lets nobody go",
          "haproxy_process_stopping", "a proxy that has begun to end");

  private RestingGauges() {}

  /** Those that are not 0, with their values, and those of which nothing is told. */
  static List<String> notAtRest(ScrapedText metrics) {
    List<String> found = new ArrayList<>();
    for (String name : MORE.keySet()) {
      if (!metrics.has(name)) {
        found.add(name + " is not told");
      }
    }
    for (ScrapedText.Sample sample : metrics.samples()) {
      String name = sample.name();
      boolean gauge = "gauge".equals(metrics.types().get(name));
      boolean resting = OF_NOW.matcher(name).matches() || MORE.containsKey(name);
      if (gauge && resting && !NEVER.contains(name) && Double.parseDouble(sample.value()) != 0) {
        found.add(name + sample.labels() + " " + sample.value());
      }
    }
    return found;
  }

  /** How many are looked at. */
  static long looksAt(ScrapedText metrics) {
    return metrics.samples().stream()
        .filter(sample -> "gauge".equals(metrics.types().get(sample.name())))
        .filter(
            sample -> OF_NOW.matcher(sample.name()).matches() || MORE.containsKey(sample.name()))
        .filter(sample -> !NEVER.contains(sample.name()))
        .count();
  }
}
