package org.pgdeeplake.proxy.faults;

import java.util.EnumMap;
import java.util.Map;
import org.pgdeeplake.proxy.support.ScrapedText;

/** Looks at the proxy process, by what the kernel and what the process itself tells. */
final class Looker {
  private final Stage stage;
  private final ProcessFigures process;

  Looker(Stage stage) {
    this.stage = stage;
    this.process = new ProcessFigures(stage.proxy().pid());
  }

  /** Has it collect its garbage; false if that was not possible. */
  boolean collectGarbage() {
    return process.collectGarbage();
  }

  SoakSample look(double seconds) {
    Map<Quantity, Double> values = new EnumMap<>(Quantity.class);
    values.put(Quantity.RSS, (double) process.rssBytes());
    values.put(Quantity.THREADS, (double) process.threads());
    values.put(Quantity.FDS, (double) process.fds());
    ScrapedText metrics = stage.metrics();
    values.put(Quantity.HEAP, sum(metrics, "jvm_memory_used_bytes", "area", "heap"));
    values.put(Quantity.DIRECT, sum(metrics, "pgproxy_buffer_memory_bytes", "area", "direct"));
    values.put(Quantity.JVM_DIRECT, sum(metrics, "jvm_buffer_memory_used_bytes", "id", "direct"));
    values.put(Quantity.SESSIONS, metrics.number("haproxy_process_current_connections"));
    values.put(Quantity.WAITING, metrics.number("pgproxy_waiting"));
    values.put(
        Quantity.BYTES,
        sum(metrics, "haproxy_frontend_bytes_in_total", "proxy", "pg_frontend")
            + sum(metrics, "haproxy_frontend_bytes_out_total", "proxy", "pg_frontend"));
    return new SoakSample(seconds, values);
  }

  private static double sum(ScrapedText metrics, String name, String label, String value) {
    double[] found =
        metrics.samples().stream()
            .filter(sample -> sample.name().equals(name))
            .filter(sample -> value.equals(sample.labels().get(label)))
            .mapToDouble(sample -> Double.parseDouble(sample.value()))
            .toArray();
    if (found.length == 0) {
      throw new AssertionError(name + " has no sample with " + label + "=" + value);
    }
    double sum = 0;
    for (double each : found) {
      sum += each;
    }
    return sum;
  }
}
