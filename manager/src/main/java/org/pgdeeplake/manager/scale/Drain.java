package org.pgdeeplake.manager.scale;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.terminal.Progress;

/** Waits until instances have no sessions of clients, wherever these came from. */
final class Drain {
  private static final Duration POLL = Duration.ofMillis(300);

  /** Those of the local socket are the health check's. */
  private static final String SESSIONS =
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()
        AND client_addr IS NOT NULL AND application_name NOT LIKE 'pg-manager%'
      """;

  private final PostgresAccess access;
  private final Progress progress;

  Drain(PostgresAccess access, Progress progress) {
    this.access = access;
    this.progress = progress;
  }

  /**
   * An instance that does not answer has no sessions to wait for.
   *
   * @return how many are left after the limit
   */
  long await(List<Instance> instances, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      long left = 0;
      for (Answer<Long> answer : Fleet.ask(instances, access.timeout(), this::sessions)) {
        left += answer instanceof Answer.Given<Long> given ? given.value() : 0;
      }
      if (left == 0 || System.nanoTime() - deadline > 0) {
        return left;
      }
      progress.step("draining: %d session%s left".formatted(left, left == 1 ? "" : "s"));
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  private long sessions(Instance instance) throws SQLException {
    try (Connection connection = access.open(instance, "postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SESSIONS)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
