package org.pgdeeplake.benchmarks.load;

import java.util.stream.LongStream;

/** Points in time, or how long things took, in nanoseconds. */
final class Times {
  private final long[] ascending;

  private Times(long[] ascending) {
    this.ascending = ascending;
  }

  static Times of(LongStream nanos) {
    return new Times(nanos.sorted().toArray());
  }

  int count() {
    return ascending.length;
  }

  /** Of points in time; an answer without them where there are none. */
  Answer tellWhen(Answer answer) {
    return count() == 0
        ? answer
        : answer.with("first", at(0)).with("median", at(0.5)).with("last", at(1));
  }

  /** Of durations; an answer without them where there are none. */
  Answer tellHowLong(Answer answer) {
    return count() == 0
        ? answer
        : answer.with("p50", at(0.5)).with("p99", at(0.99)).with("slowest", at(1));
  }

  /** From the first to the last; 0 where there are none. */
  long span() {
    return count() == 0 ? 0 : at(1) - at(0);
  }

  /**
   * @param share of all, of which the rest is no earlier or shorter: 0 to 1
   */
  private long at(double share) {
    return ascending[Math.min(count() - 1, (int) (count() * share))];
  }
}
