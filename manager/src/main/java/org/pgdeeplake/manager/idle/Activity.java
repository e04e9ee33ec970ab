package org.pgdeeplake.manager.idle;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Properties;
import org.pgdeeplake.manager.deployment.Instance;

/**
 * What an instance itself knows about its sessions. The proxy cannot see a session that came past
 * it, nor a pipelined query that runs behind an earlier ReadyForQuery.
 */
final class Activity {
  private static final String TIMEOUT_SECONDS = "5";

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

  private Activity() {}

  /** Why the instance must not be stopped now, in words; empty if nothing speaks against it. */
  static Optional<String> against(Instance instance) {
    Properties properties = new Properties();
    properties.setProperty("user", "postgres");
    properties.setProperty("ApplicationName", "pg-manager");
    properties.setProperty("sslmode", "disable");
    properties.setProperty("gssEncMode", "disable");
    properties.setProperty("connectTimeout", TIMEOUT_SECONDS);
    properties.setProperty("socketTimeout", TIMEOUT_SECONDS);
    String url = "jdbc:postgresql://127.0.0.1:" + instance.port() + "/postgres";
    try (Connection connection = DriverManager.getConnection(url, properties);
        Statement statement = connection.createStatement();
        ResultSet busy = statement.executeQuery(BUSY)) {
      return busy.next() ? Optional.of(inWords(busy)) : Optional.empty();
    } catch (SQLException e) {
      return Optional.of("its sessions cannot be seen: " + e.getMessage());
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
