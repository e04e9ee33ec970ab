package org.pgdeeplake.manager.idle;

import java.time.Duration;
import org.pgdeeplake.manager.deployment.Instance;

/** What the watch knows of one instance. The watch's thread only. */
final class Watched {

  /** STARTING and STOPPING last until the task that does it reports. */
  enum Phase {
    DOWN,
    STARTING,
    UP,
    STOPPING
  }

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** A server that died younger than this is likely to die again. */
  private static final Duration PROVEN = Duration.ofSeconds(10);

  private final Instance instance;
  private Phase phase = Phase.DOWN;
  private long pid;
  private long upSinceNanos;
  private long notBeforeNanos = System.nanoTime();
  private int failures;
  private volatile boolean wasDown;
  private String toldReason = "";

  Watched(Instance instance) {
    this.instance = instance;
  }

  Instance instance() {
    return instance;
  }

  String name() {
    return instance.name();
  }

  Phase phase() {
    return phase;
  }

  /** The next attempt to start or stop it is not before; as {@link System#nanoTime}. */
  long notBeforeNanos() {
    return notBeforeNanos;
  }

  boolean isUpAs(long pid) {
    return phase == Phase.UP && this.pid == pid;
  }

  void starting() {
    phase = Phase.STARTING;
  }

  void started(long pid) {
    phase = Phase.UP;
    this.pid = pid;
    upSinceNanos = System.nanoTime();
    notBeforeNanos = upSinceNanos;
    toldReason = "";
  }

  /** Returns the pause before the next attempt. */
  Duration startFailed() {
    return down(failures + 1);
  }

  /** Returns the pause before the next attempt. */
  Duration died() {
    boolean proven = System.nanoTime() - upSinceNanos >= PROVEN.toNanos();
    return down(proven ? 0 : failures + 1);
  }

  void stopping() {
    phase = Phase.STOPPING;
  }

  void stopped() {
    down(0);
  }

  /** Returns whether the reason is a new one. */
  boolean leftAlone(String reason, Duration pause) {
    phase = Phase.UP;
    notBeforeNanos = System.nanoTime() + pause.toNanos();
    boolean isNew = !reason.equals(toldReason);
    toldReason = reason;
    return isNew;
  }

  /** Whether it has been seen to end, so that what runs is another start. Any thread. */
  boolean wasDown() {
    return wasDown;
  }

  private Duration down(int failures) {
    phase = Phase.DOWN;
    wasDown = true;
    this.failures = failures;
    Duration pause = Duration.ZERO;
    if (failures > 0) {
      Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 20));
      pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }
    notBeforeNanos = System.nanoTime() + pause.toNanos();
    return pause;
  }
}
