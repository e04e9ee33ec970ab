package org.pgdeeplake.proxy.traffic;

/** Durations of the last 1024 events: their average, and the largest ever. Any thread. */
public final class RecentTimes {
  private static final int WINDOW = 1024;
  private static final double NANOS_PER_SECOND = 1e9;

  private final long[] ring = new long[WINDOW];
  private int count;
  private int next;
  private long sum;
  private long max;

  public synchronized void add(long nanos) {
    sum += nanos - ring[next];
    ring[next] = nanos;
    next = (next + 1) % WINDOW;
    count = Math.min(count + 1, WINDOW);
    max = Math.max(max, nanos);
  }

  /** 0 before the first event. */
  public synchronized double averageSeconds() {
    return count == 0 ? 0 : sum / NANOS_PER_SECOND / count;
  }

  public synchronized double maxSeconds() {
    return max / NANOS_PER_SECOND;
  }
}
