package org.pgdeeplake.proxy.wake;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

/**
 * The starts of one backend: the present one and the last. Guarded by its backend's lock; {@link
 * #news} is to be told when that is free again.
 */
public final class Wakes {
  private static final int KEPT = 100;

  private final String backend;

  /** The newest first; no other than that goes on. */
  private final Deque<WakeInProgress> wakes = new ArrayDeque<>();

  /** What has come since it was last told. */
  private final List<Runnable> untold = new ArrayList<>();

  private volatile WakeListener listener = (name, phase, nanos) -> {};
  private volatile Supplier<Duration> linger = () -> Duration.ZERO;

  public Wakes(String backend) {
    this.backend = backend;
  }

  /** Set once, before the first session. */
  public void tell(WakeListener told) {
    this.listener = told;
  }

  /**
   * Set once, before the first session.
   *
   * @param time how long a wake goes on without anybody who waits: clients that give up early and
   *     come again do not make many starts of one
   */
  public void linger(Supplier<Duration> time) {
    this.linger = time;
  }

  /** At most 100, the newest first. */
  public List<Wake> seen() {
    var _ = present();
    return wakes.stream().map(WakeInProgress::seen).toList();
  }

  /** Whether somebody waits for one, and nobody of it was answered yet. */
  public boolean waking() {
    WakeInProgress wake = present();
    return wake != null && !wake.deserted();
  }

  /** Whether one goes on that nobody waits for now: the next who comes is of it. */
  public boolean deserted() {
    WakeInProgress wake = present();
    return wake != null && wake.deserted();
  }

  /** Somebody waits while no server is active; returns the wake for which he waits now. */
  public WakeInProgress wanted() {
    WakeInProgress wake = present();
    if (wake == null) {
      wake = new WakeInProgress();
      wakes.addFirst(wake);
      if (wakes.size() > KEPT) {
        wakes.removeLast();
      }
    }
    wake.waits();
    return wake;
  }

  /** The first server is active. */
  public void serverUp() {
    WakeInProgress wake = present();
    if (wake != null) {
      wake.serverUp();
    }
  }

  /** One who has waited for it has left. */
  public void left(WakeInProgress wake) {
    wake.waitsNoMore();
    var _ = present();
  }

  /**
   * One who has waited for it was answered. Only now does the server's coming up count: one that
   * came and went before has started nothing.
   */
  public void answered(WakeInProgress wake) {
    wake.waitsNoMore();
    if (wake.goesOn()) {
      tell(Phase.SERVER_UP, wake);
      reach(wake, Phase.FIRST_SESSION, 0);
    }
  }

  /**
   * One who has waited for it got the first bytes of a server's answer to a statement.
   *
   * @param thinkingNanos in which it was his turn to ask; they do not count
   */
  public void firstRow(WakeInProgress wake, long thinkingNanos) {
    if (!wake.reached(Phase.FIRST_ROW)) {
      reach(wake, Phase.FIRST_ROW, thinkingNanos);
    }
  }

  /** What has come since the last call. */
  public Runnable news() {
    List<Runnable> news = List.copyOf(untold);
    untold.clear();
    return () -> news.forEach(Runnable::run);
  }

  /** The one that goes on. That one was given up is found when somebody looks. */
  private @Nullable WakeInProgress present() {
    WakeInProgress wake = wakes.peekFirst();
    if (wake != null && wake.desertedFor(linger.get())) {
      reach(wake, Phase.ABANDONED, 0);
    }
    return wake != null && wake.goesOn() ? wake : null;
  }

  private void reach(WakeInProgress wake, Phase phase, long but) {
    wake.reach(phase, but);
    tell(phase, wake);
  }

  private void tell(Phase phase, WakeInProgress wake) {
    long nanos = wake.nanos(phase);
    untold.add(() -> listener.reached(backend, phase, nanos));
  }
}
