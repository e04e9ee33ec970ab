package org.pgdeeplake.proxy.wake;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

/**
 * A wake, whose phases still come. Those who waited for it remember it: what others see later says
 * nothing about it. Guarded by its backend's lock.
 */
public final class WakeInProgress {
  private final Instant began = Instant.now();
  private final long beganNanos = System.nanoTime();
  private final Map<Phase, Long> phases = new EnumMap<>(Phase.class);

  /** Those who want it now: they wait, or are on their way to a server that has yet to answer. */
  private int waiting;

  private int maxWaiting;

  /** When the last of them left; of no meaning while there are some. */
  private long leftNanos = beganNanos;

  WakeInProgress() {}

  void waits() {
    waiting++;
    maxWaiting = Math.max(maxWaiting, waiting);
  }

  void waitsNoMore() {
    waiting--;
    leftNanos = System.nanoTime();
  }

  /** It goes on, and nobody waits for it. */
  boolean deserted() {
    return goesOn() && waiting == 0;
  }

  /** Whether nobody has waited for it for so long. */
  boolean desertedFor(Duration limit) {
    return deserted() && System.nanoTime() - leftNanos >= limit.toNanos();
  }

  boolean reached(Phase phase) {
    return phases.containsKey(phase);
  }

  /** The first server is up, perhaps once more. */
  void serverUp() {
    reach(Phase.SERVER_UP, 0);
  }

  /**
   * @param but nanoseconds that do not count
   */
  void reach(Phase phase, long but) {
    phases.put(phase, System.nanoTime() - beganNanos - but);
  }

  /** Since the demand; 0 where it was not reached. */
  long nanos(Phase phase) {
    return phases.getOrDefault(phase, 0L);
  }

  /** Whether it is neither served nor given up. */
  public boolean goesOn() {
    return outcome() == Outcome.WAITING;
  }

  private Outcome outcome() {
    if (reached(Phase.FIRST_SESSION)) {
      return Outcome.SERVED;
    }
    return reached(Phase.ABANDONED) ? Outcome.ABANDONED : Outcome.WAITING;
  }

  Wake seen() {
    return new Wake(
        began,
        outcome(),
        duration(Phase.SERVER_UP),
        duration(Phase.FIRST_SESSION),
        duration(Phase.FIRST_ROW),
        maxWaiting);
  }

  private @Nullable Duration duration(Phase phase) {
    return reached(phase) ? Duration.ofNanos(nanos(phase)) : null;
  }
}
