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
  private final Map<Phase, Duration> phases = new EnumMap<>(Phase.class);

  /** How many wait now, and the most until the first server. */
  private int waiting;

  private int maxWaiting;

  WakeInProgress() {}

  void waits() {
    waiting++;
    if (!reached(Phase.SERVER_UP)) {
      maxWaiting = Math.max(maxWaiting, waiting);
    }
  }

  void waitsNoMore() {
    waiting--;
  }

  int waiting() {
    return waiting;
  }

  boolean reached(Phase phase) {
    return phases.containsKey(phase);
  }

  /** Since the demand. */
  long reach(Phase phase) {
    long nanos = System.nanoTime() - beganNanos;
    phases.put(phase, Duration.ofNanos(nanos));
    return nanos;
  }

  Outcome outcome() {
    if (reached(Phase.SERVER_UP)) {
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
    return phases.get(phase);
  }
}
