package org.pgdeeplake.manager.ddl;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * Whether the server still answers anybody while a statement runs, which has no limit of time
 * itself. Each look is a session of its own: that of the lock may be lost without harm to the
 * statement. A thread of its own until {@link #close}.
 */
final class Pulse implements AutoCloseable {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  /** In a row. */
  private static final int MISSED = 2;

  private final PostgresAccess access;
  private final Instance instance;
  private final Duration pause;
  private final Runnable dead;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param dead called once, by this thread, if the server does not answer
   */
  Pulse(PostgresAccess access, Instance instance, Runnable dead) {
    this.access = access;
    this.instance = instance;
    this.pause = access.timeout().compareTo(LONGEST_PAUSE) < 0 ? access.timeout() : LONGEST_PAUSE;
    this.dead = dead;
    var _ = Thread.ofVirtual().name("pulse of " + instance.name()).start(this::watch);
  }

  private void watch() {
    try {
      int missed = 0;
      while (missed < MISSED) {
        if (closed.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
          return;
        }
        missed = answers() ? 0 : missed + 1;
      }
      dead.run();
    } catch (InterruptedException _) {
      // Nobody does that; then there is nothing to watch either.
    }
  }

  /** A refusal is an answer, too. */
  private boolean answers() {
    try (Connection _ = access.open(instance, DdlLock.DATABASE)) {
      return true;
    } catch (SQLException e) {
      return !String.valueOf(e.getSQLState()).startsWith("08");
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
