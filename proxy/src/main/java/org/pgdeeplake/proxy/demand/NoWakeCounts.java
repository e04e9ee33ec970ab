package org.pgdeeplake.proxy.demand;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** How many connections were no demand, by reason, since the start. Any thread. */
final class NoWakeCounts {
  private final Map<NoWake, LongAdder> counts = new EnumMap<>(NoWake.class);

  NoWakeCounts() {
    for (NoWake reason : NoWake.values()) {
      counts.put(reason, new LongAdder());
    }
  }

  void increment(NoWake reason) {
    of(reason).increment();
  }

  long total(NoWake reason) {
    return of(reason).sum();
  }

  Map<NoWake, Long> totals() {
    Map<NoWake, Long> totals = new EnumMap<>(NoWake.class);
    counts.forEach((reason, count) -> totals.put(reason, count.sum()));
    return totals;
  }

  private LongAdder of(NoWake reason) {
    return Objects.requireNonNull(counts.get(reason));
  }
}
