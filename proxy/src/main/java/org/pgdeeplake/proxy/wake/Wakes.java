package org.pgdeeplake.proxy.wake;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

/**
 * The starts of one backend: the present one and the last. Guarded by its backend's lock; what has
 * come is to be told when that is free again.
 */
public final class Wakes {
  private static final int KEPT = 100;

  /** Nothing has come. */
  public static final Runnable NOTHING = () -> {};

  private final String backend;

  /** The newest first. */
  private final Deque<WakeInProgress> wakes = new ArrayDeque<>();

  private volatile WakeListener listener = (name, phase, nanos) -> {};

  public Wakes(String backend) {
    this.backend = backend;
  }

  /** Set once, before the first session. */
  public void tell(WakeListener told) {
    this.listener = told;
  }

  /** At most 100, the newest first. */
  public List<Wake> seen() {
    return wakes.stream().map(WakeInProgress::seen).toList();
  }

  /** Whether somebody waits for the first server. */
  public boolean waking() {
    WakeInProgress last = wakes.peekFirst();
    return last != null && last.outcome() == Outcome.WAITING;
  }

  /**
   * Somebody waits while no server is active.
   *
   * @param before the wake for which he has waited before, if any
   * @return the one for which he waits now
   */
  public WakeInProgress wanted(@Nullable WakeInProgress before) {
    WakeInProgress wake = wakes.peekFirst();
    if (wake == null || !goesOn(wake, before)) {
      wake = new WakeInProgress();
      wakes.addFirst(wake);
      if (wakes.size() > KEPT) {
        wakes.removeLast();
      }
    }
    wake.waits();
    return wake;
  }

  /**
   * A server that comes and goes before it has answered anybody does not make two starts of one.
   */
  private static boolean goesOn(WakeInProgress wake, @Nullable WakeInProgress before) {
    return switch (wake.outcome()) {
      case WAITING -> true;
      case SERVED -> !wake.reached(Phase.FIRST_SESSION) && (wake == before || wake.waiting() > 0);
      case ABANDONED -> false;
    };
  }

  /** The first server is active. */
  public Runnable serverUp() {
    return waking() ? reach(wakes.getFirst(), Phase.SERVER_UP) : NOTHING;
  }

  /** One who has waited for it has a server. */
  public void assigned(WakeInProgress wake) {
    wake.waitsNoMore();
  }

  /** One who has waited for it has left. */
  public Runnable left(WakeInProgress wake) {
    wake.waitsNoMore();
    return wake.waiting() == 0 && wake.outcome() == Outcome.WAITING
        ? reach(wake, Phase.ABANDONED)
        : NOTHING;
  }

  /** One who has waited for it was answered. */
  public Runnable answered(WakeInProgress wake) {
    return once(wake, Phase.FIRST_SESSION);
  }

  /** One who has waited for it got the first bytes of a server's answer to a statement. */
  public Runnable firstRow(WakeInProgress wake) {
    return once(wake, Phase.FIRST_ROW);
  }

  private Runnable once(WakeInProgress wake, Phase phase) {
    return wake.reached(phase) ? NOTHING : reach(wake, phase);
  }

  private Runnable reach(WakeInProgress wake, Phase phase) {
    long nanos = wake.reach(phase);
    return () -> listener.reached(backend, phase, nanos);
  }
}
