package org.pgdeeplake.proxy.metrics;

import java.util.concurrent.TimeUnit;

/**
 * What the process did in the last second: told once a second. Everything is 0, and idle NaN,
 * before the second time. Any thread.
 */
final class ProcessRates {
  private static final double PERCENT = 100;

  private long lastNanos;
  private long lastBytesOut;
  private long lastCpuNanos;
  private boolean told;
  private double bytesOutPerSecond;
  private double idlePercent = Double.NaN;
  private int maxSessionsPerSecond;

  /**
   * @param bytesOut to clients since the start
   * @param cpuNanos CPU time of the process since its start; -1 where it is not known
   * @param cpus that the process may use
   * @param sessionsPerSecond in the last second
   */
  synchronized void tick(
      long nowNanos, long bytesOut, long cpuNanos, int cpus, int sessionsPerSecond) {
    if (told && nowNanos > lastNanos) {
      double elapsed = nowNanos - lastNanos;
      bytesOutPerSecond = (bytesOut - lastBytesOut) * TimeUnit.SECONDS.toNanos(1) / elapsed;
      double busy = (cpuNanos - lastCpuNanos) / (elapsed * cpus);
      idlePercent = cpuNanos < 0 ? Double.NaN : Math.clamp(PERCENT - PERCENT * busy, 0.0, PERCENT);
    }
    told = true;
    lastNanos = nowNanos;
    lastBytesOut = bytesOut;
    lastCpuNanos = cpuNanos;
    maxSessionsPerSecond = Math.max(maxSessionsPerSecond, sessionsPerSecond);
  }

  synchronized double bytesOutPerSecond() {
    return bytesOutPerSecond;
  }

  /** 0 to 100; NaN where it is not known. */
  synchronized double idlePercent() {
    return idlePercent;
  }

  /** The most that {@link #tick} was ever told. */
  synchronized int maxSessionsPerSecond() {
    return maxSessionsPerSecond;
  }
}
