package org.pgdeeplake.proxy.backend;

import java.util.concurrent.TimeUnit;

/**
 * Since when a server or a backend is up or down, and how long it has been down in all. Starts
 * down. Not thread-safe: guarded by its backend's lock.
 */
final class Availability {
  private boolean up;
  private long changedNanos = System.nanoTime();

  /** The same, or later: when anything else was changed. */
  private long touchedNanos = changedNanos;

  private long downNanos;
  private long timesDown;

  /** Takes note of the present state; returns whether it is another one than before. */
  boolean set(boolean nowUp) {
    if (nowUp == up) {
      return false;
    }
    long now = System.nanoTime();
    if (nowUp) {
      downNanos += now - changedNanos;
    } else {
      timesDown++;
    }
    up = nowUp;
    changedNanos = now;
    touchedNanos = now;
    return true;
  }

  /** Something has changed that is neither up nor down. */
  void touch() {
    touchedNanos = System.nanoTime();
  }

  boolean up() {
    return up;
  }

  Uptime uptime() {
    long now = System.nanoTime();
    return new Uptime(
        seconds(now - touchedNanos), seconds(downNanos + (up ? 0 : now - changedNanos)), timesDown);
  }

  private static double seconds(long nanos) {
    return nanos / (double) TimeUnit.SECONDS.toNanos(1);
  }
}
