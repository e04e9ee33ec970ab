package org.pgdeeplake.proxy.metrics;

import java.util.List;

/** How the last reload ended, and when the configuration that runs was applied. Any thread. */
final class LastReload {
  private static final double MILLIS_PER_SECOND = 1e3;

  private volatile boolean successful = true;
  private volatile double appliedAt = now();

  /** Prefix {@code pgproxy_config_}. */
  static List<Family<LastReload>> families() {
    return List.of(
        Family.gauge(
            "last_reload_successful",
            "1: the last reload was applied, or there was none",
            last -> last.successful ? 1 : 0),
        Family.gauge(
            "last_reload_success_timestamp_seconds",
            "When the configuration that runs was applied",
            last -> last.appliedAt));
  }

  void ended(boolean applied) {
    successful = applied;
    if (applied) {
      appliedAt = now();
    }
  }

  private static double now() {
    return System.currentTimeMillis() / MILLIS_PER_SECOND;
  }
}
