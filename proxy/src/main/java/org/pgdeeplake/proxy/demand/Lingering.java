package org.pgdeeplake.proxy.demand;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Waiters that gave up, and operators that asked, until each stops counting. Not thread-safe. */
final class Lingering {
  private final List<One> all = new ArrayList<>();

  /**
   * @param backend null: an operator asked, for all
   */
  private record One(@Nullable String backend, long untilNanos) {}

  /**
   * @param backend null: for all
   * @param untilNanos of {@link System#nanoTime}
   */
  void add(@Nullable String backend, long untilNanos) {
    all.add(new One(backend, untilNanos));
  }

  /** How many count now. */
  int count() {
    forget();
    return all.size();
  }

  /** How many of them concern that backend. */
  int count(String backend) {
    forget();
    return (int)
        all.stream().filter(one -> one.backend == null || one.backend.equals(backend)).count();
  }

  private void forget() {
    long now = System.nanoTime();
    all.removeIf(one -> one.untilNanos - now <= 0);
  }
}
