package org.pgdeeplake.proxy.faults;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * As many in a second as leave the machine a fifth of its processors, and never fewer than a few.
 * Thread-safe.
 */
final class Pace {
  private static final double MOST_IDLE = 0.25;
  private static final double LEAST_IDLE = 0.15;
  private static final double FEWEST = 20;
  private static final double MOST = 5_000;
  private static final double FASTER = 1.1;
  private static final double SLOWER = 0.8;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final IdleTime idle = new IdleTime();
  private double perSecond = 100;
  private long looked = System.nanoTime();
  private long next = looked;

  /** Waits for the next one's turn. Waits for no fact: a rate is a matter of time. */
  void await() throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(turn());
  }

  /** How long until it, in ns; 0 or less if it is late. */
  private synchronized long turn() {
    long now = System.nanoTime();
    if (now - looked > SECOND) {
      looked = now;
      adapt(idle.shareSinceLast());
    }
    // What was missed while all stood still is not made up for.
    next = Math.max(next, now - SECOND / 10) + (long) (SECOND / perSecond);
    return next - now;
  }

  private void adapt(double share) {
    if (share > MOST_IDLE) {
      perSecond = Math.min(MOST, perSecond * FASTER);
    } else if (share < LEAST_IDLE) {
      perSecond = Math.max(FEWEST, perSecond * SLOWER);
    }
  }
}
