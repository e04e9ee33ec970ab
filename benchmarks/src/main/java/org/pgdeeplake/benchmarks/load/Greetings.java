package org.pgdeeplake.benchmarks.load;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one address of the load's server has seen, and how long it takes to greet. Any thread.
 *
 * @param millis from a StartupMessage to its answer, as PostgreSQL takes time for a process and an
 *     authentication; 0: at once
 * @param firstAccept in nanoseconds of {@link System#nanoTime}; 0: nobody has come
 * @param waiting connections that have not been greeted
 * @param peak most of them at once
 */
record Greetings(int millis, AtomicLong firstAccept, AtomicInteger waiting, AtomicInteger peak) {
  Greetings(int millis) {
    this(millis, new AtomicLong(), new AtomicInteger(), new AtomicInteger());
  }

  void accepted() {
    firstAccept.compareAndSet(0, System.nanoTime());
    int now = waiting.incrementAndGet();
    peak.accumulateAndGet(now, Math::max);
  }

  /** Greeted, or gone before. */
  void over() {
    waiting.decrementAndGet();
  }
}
