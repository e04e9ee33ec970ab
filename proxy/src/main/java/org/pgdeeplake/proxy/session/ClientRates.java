package org.pgdeeplake.proxy.session;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How often each client of a frontend begins a session: the virtual scheduling algorithm of ITU-T
 * I.371, annex A (GCRA), with a second's worth at once. Any thread.
 */
final class ClientRates {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** By client: when the next session is due; nothing of whom that is in the past. */
  private final Map<Visitor, Long> due = new ConcurrentHashMap<>();

  private final LongSupplier clock;
  private final AtomicLong nextSweep;

  /**
   * @param clock nanoseconds, only growing
   */
  ClientRates(LongSupplier clock) {
    this.clock = clock;
    this.nextSweep = new AtomicLong(clock.getAsLong() + SECOND);
  }

  /**
   * Whether one more may begin. One that may not is not counted: who tries too often is let in
   * again as soon as who waits.
   *
   * @param perSecond 0 is no limit
   */
  boolean admit(Visitor client, int perSecond) {
    if (perSecond == 0) {
      return true;
    }
    long now = clock.getAsLong();
    sweep(now);
    long apart = SECOND / perSecond;
    boolean[] admitted = {false};
    due.compute(
        client,
        (same, known) -> {
          long next = known == null || known - now < 0 ? now : known;
          admitted[0] = next - now <= SECOND - apart;
          return admitted[0] ? Long.valueOf(next + apart) : known;
        });
    return admitted[0];
  }

  /** Forgets those who are due, so that no more are kept than came within the last seconds. */
  private void sweep(long now) {
    long sweepAt = nextSweep.get();
    if (now - sweepAt >= 0 && nextSweep.compareAndSet(sweepAt, now + SECOND)) {
      due.values().removeIf(next -> next - now < 0);
    }
  }

  /** Clients that are remembered. */
  int size() {
    return due.size();
  }
}
