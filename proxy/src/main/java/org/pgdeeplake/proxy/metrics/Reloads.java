package org.pgdeeplake.proxy.metrics;

import static org.pgdeeplake.proxy.metrics.Family.gauge;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.pgdeeplake.proxy.metrics.Family.Kind;

/** What became of changes of the configuration; the first one is that of the start. Any thread. */
final class Reloads {
  private final AtomicLong applied = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private volatile boolean lastApplied = true;
  private volatile double lastAppliedSeconds = now();

  void ended(boolean wasApplied) {
    (wasApplied ? applied : refused).incrementAndGet();
    lastApplied = wasApplied;
    if (wasApplied) {
      lastAppliedSeconds = now();
    }
  }

  private static double now() {
    return System.currentTimeMillis() / 1000.0;
  }

  /** Prefix {@code pgproxy_}. */
  static List<Family<Reloads>> families() {
    return List.of(
        new Family<>(
            "reloads_total",
            Kind.COUNTER,
            "Reloads of the configuration",
            "result",
            r -> Map.of("applied", (double) r.applied.get(), "refused", (double) r.refused.get())),
        gauge(
            "config_last_reload_successful",
            "0 after a reload that was refused",
            r -> r.lastApplied ? 1 : 0),
        gauge(
            "config_last_reload_success_timestamp_seconds",
            "When the configuration that runs was read",
            r -> r.lastAppliedSeconds));
  }
}
