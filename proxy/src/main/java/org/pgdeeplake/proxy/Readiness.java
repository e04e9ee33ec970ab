package org.pgdeeplake.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the proxy is to be sent clients: from when it is warm until it is to end. Any thread. */
final class Readiness {
  private static final Logger log = LoggerFactory.getLogger(Readiness.class);

  private final String loops;

  @GuardedBy("this")
  private boolean over;

  private volatile boolean now;

  /**
   * @param loops what it relays with, for the log
   */
  Readiness(String loops) {
    this.loops = loops;
  }

  boolean now() {
    return now;
  }

  /**
   * Clients are let in meanwhile; those who ask whether it is ready may send them elsewhere.
   *
   * @param rehearsal plays sessions for that long and says how many; blocks
   */
  void beginAfter(Duration warmUp, ToIntFunction<Duration> rehearsal) {
    if (warmUp.isZero()) {
      begin(0);
    } else {
      Thread.ofPlatform().daemon().name("warm-up").start(() -> begin(rehearsal.applyAsInt(warmUp)));
    }
  }

  private synchronized void begin(int rehearsed) {
    if (!over) {
      now = true;
      log.info(
          "ready ({}{})",
          loops,
          rehearsed == 0 ? "" : ", warm after " + rehearsed + " sessions with itself");
    }
  }

  /** For good. */
  synchronized void end() {
    over = true;
    now = false;
  }
}
