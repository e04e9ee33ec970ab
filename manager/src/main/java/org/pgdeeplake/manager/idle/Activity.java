package org.pgdeeplake.manager.idle;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * What an instance itself knows about its sessions. The proxy cannot see a session that came past
 * it, nor a pipelined query that runs behind an earlier ReadyForQuery.
 */
final class Activity {
  /** Everything but {@code idle} counts, also a state that is unknown to us or switched off. */
  private static final String BUSY =
      """
      SELECT count(*) OVER () AS sessions, pid, coalesce(state, 'of unknown state') AS state,
             coalesce(usename, '?') AS usename, coalesce(application_name, '') AS application
      FROM pg_stat_activity
      WHERE backend_type IN ('client backend', 'walsender')
        AND pid <> pg_backend_pid()
        AND state IS DISTINCT FROM 'idle'
      ORDER BY backend_start
      LIMIT 1
      """;

  private final PostgresAccess access;

  Activity(PostgresAccess access) {
    this.access = access;
  }

  /** Why the instance must not be stopped now, in words; empty if nothing speaks against it. */
  Optional<String> against(Instance instance) {
    try (Connection connection = access.open(instance, "postgres");
        Statement statement = connection.createStatement();
        ResultSet busy = statement.executeQuery(BUSY)) {
      return busy.next() ? Optional.of(inWords(busy)) : Optional.empty();
    } catch (SQLException e) {
      return Optional.of("its sessions cannot be seen: " + PostgresAccess.reason(e));
    }
  }

  private static String inWords(ResultSet busy) throws SQLException {
    long others = busy.getLong("sessions") - 1;
    String application = busy.getString("application");
    return "session %d of %s%s is %s%s"
        .formatted(
            busy.getLong("pid"),
            busy.getString("usename"),
            application.isEmpty() ? "" : " (" + application + ")",
            busy.getString("state"),
            others == 0 ? "" : ", and " + others + " more");
  }
}
