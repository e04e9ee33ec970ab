package org.pgdeeplake.proxy.scaler;

/**
 * How many instances go on taking new sessions: all that were enough at any moment of the last
 * while. More at once, fewer only after that while. Not thread-safe.
 */
final class ScaleIn {
  /** Before it is known how many are enough. */
  static final int ALL = Integer.MAX_VALUE;

  private int keep = ALL;
  private int most;
  private long sinceNanos;

  ScaleIn(long nowNanos) {
    begin(nowNanos);
  }

  /**
   * @param enough now; 0 is as 1, since whoever comes next finds the first
   */
  int keep(int enough, long afterNanos, long nowNanos) {
    int atLeast = Math.max(enough, 1);
    most = Math.max(most, atLeast);
    if (atLeast >= keep) {
      keep = atLeast;
      begin(nowNanos);
    } else if (nowNanos - sinceNanos >= afterNanos) {
      keep = most;
      begin(nowNanos);
    }
    return keep;
  }

  /** Fewer were not enough after all. */
  void all(long nowNanos) {
    keep = ALL;
    begin(nowNanos);
  }

  private void begin(long nowNanos) {
    most = 0;
    sinceNanos = nowNanos;
  }
}
