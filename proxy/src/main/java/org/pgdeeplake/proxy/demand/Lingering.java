package org.pgdeeplake.proxy.demand;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Waiters that gave up, and operators that asked, until each stops counting. Not thread-safe.
 *
 * <p>Those who gave up at about the same time stop together, a hundredth of their time later at
 * most: a flood of clients that leave again must cost neither an entry nor a timer each.
 */
final class Lingering {
  private static final int SLICES = 100;

  private final Map<Slice, Integer> counts = new HashMap<>();

  /**
   * @param backend null: an operator asked, for all
   */
  private record Slice(@Nullable String backend, long untilNanos) {}

  /**
   * @param backend null: for all
   * @param lingerNanos more than 0
   * @return in how many nanoseconds the count will change, if nobody has been told that before
   */
  OptionalLong add(@Nullable String backend, long lingerNanos) {
    long now = System.nanoTime();
    long width = Math.max(1, lingerNanos / SLICES);
    long until = (Math.floorDiv(now + lingerNanos, width) + 1) * width;
    boolean first = counts.merge(new Slice(backend, until), 1, Integer::sum) == 1;
    if (!first) {
      return OptionalLong.empty();
    }
    forget();
    return OptionalLong.of(until - now);
  }

  /** How many count now. */
  int count() {
    forget();
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** How many of them concern that backend. */
  int count(String backend) {
    forget();
    return counts.entrySet().stream()
        .filter(one -> one.getKey().backend == null || backend.equals(one.getKey().backend))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private void forget() {
    long now = System.nanoTime();
    counts.keySet().removeIf(slice -> slice.untilNanos - now <= 0);
  }
}
