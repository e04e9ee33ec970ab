package org.pgdeeplake.manager.ingest;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * How often something is tried that a lost session or a server in trouble may have failed.
 *
 * @param attempts in all, from 1
 * @param first pause; each next is twice as long
 * @param most pause
 */
public record Retries(int attempts, Duration first, Duration most) {
  /** A server that crashed is back in that time, and so is one that has to be started first. */
  public static final Retries DEFAULT =
      new Retries(10, Duration.ofMillis(250), Duration.ofSeconds(15));

  /** Connection, resources, and what another session or an administrator brought about. */
  private static final Set<String> CLASSES = Set.of("08", "53");

  private static final Set<String> STATES =
      Set.of("57P01", "57P02", "57P03", "57P05", "40001", "40P01");

  interface Attempt<T extends @Nullable Object> {
    T make() throws SQLException, DeploymentFailed, InterruptedException;
  }

  Retries atMost(int attempts) {
    return new Retries(Math.min(attempts, this.attempts), first, most);
  }

  /**
   * @throws java.util.concurrent.CancellationException if the stop comes during a pause
   */
  <T extends @Nullable Object> T run(
      String what, IngestListener listener, IngestStop stop, Attempt<T> attempt)
      throws SQLException, DeploymentFailed, InterruptedException {
    Duration pause = first;
    for (int made = 1; ; made++) {
      try {
        return attempt.make();
      } catch (SQLException e) {
        if (made >= attempts || !passing(e)) {
          throw e;
        }
        listener.retrying(what, e, pause);
        stop.pause(pause);
        pause = pause.multipliedBy(2).compareTo(most) < 0 ? pause.multipliedBy(2) : most;
      }
    }
  }

  /** Whether the same may succeed later. */
  static boolean passing(SQLException failure) {
    String state = failure.getSQLState();
    return state != null
        && (STATES.contains(state)
            || (state.length() == 5 && CLASSES.contains(state.substring(0, 2))));
  }
}
