package org.pgdeeplake.proxy.traffic;

import java.util.concurrent.TimeUnit;

/** Events in the last whole second, and the most in any second. Any thread. */
public final class SessionRate {
  private long second = Long.MIN_VALUE;
  private int inSecond;
  private int inLastSecond;
  private int max;
  private long lastNanos;
  private boolean any;

  synchronized void tick(long nowNanos) {
    roll(nowNanos);
    inSecond++;
    max = Math.max(max, inSecond);
    lastNanos = any && nowNanos - lastNanos < 0 ? lastNanos : nowNanos;
    any = true;
  }

  public synchronized int perSecond() {
    roll(System.nanoTime());
    return inLastSecond;
  }

  public synchronized int maxPerSecond() {
    return max;
  }

  /** Whole seconds since the last event; -1 before the first. */
  public synchronized long secondsSinceLast() {
    return any ? TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastNanos) : -1;
  }

  private void roll(long nowNanos) {
    long now = TimeUnit.NANOSECONDS.toSeconds(nowNanos);
    // Clocks are read before the lock is taken: an older event may come after a newer one.
    if (now > second) {
      inLastSecond = now == second + 1 ? inSecond : 0;
      inSecond = 0;
      second = now;
    }
  }
}
