package org.pgdeeplake.manager.status;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * What an instance says of itself.
 *
 * @param version of PostgreSQL
 * @param databases without templates
 * @param busy client sessions that run something or are in a transaction
 * @param idle the other client sessions
 * @param extension the version of pg_deeplake that can be had there; null: none
 * @param stateless deeplake.stateless_enabled; null: not set
 * @param rootPath deeplake.root_path; null: not set
 */
public record InstanceFacts(
    Identity identity,
    String version,
    long uptimeSeconds,
    long databases,
    long busy,
    long idle,
    @Nullable String extension,
    @Nullable String stateless,
    @Nullable String rootPath) {

  /** The session that this command opens through the proxy is no client. */
  private static final String QUERY =
      """
      SELECT %s,
             split_part(current_setting('server_version'), ' ', 1) AS version,
             extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::bigint AS uptime,
             (SELECT count(*) FROM pg_database WHERE NOT datistemplate) AS databases,
             count(pid) FILTER (WHERE state IS DISTINCT FROM 'idle') AS busy,
             count(pid) FILTER (WHERE state = 'idle') AS idle,
             (SELECT default_version FROM pg_available_extensions WHERE name = 'pg_deeplake')
               AS extension,
             nullif(current_setting('deeplake.stateless_enabled', true), '') AS stateless,
             nullif(current_setting('deeplake.root_path', true), '') AS root_path
      FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND application_name <> '%s'
      """
          .formatted(Identity.COLUMNS, PostgresAccess.PROBE);

  static InstanceFacts read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(QUERY)) {
      row.next();
      return new InstanceFacts(
          Identity.of(row),
          row.getString("version"),
          row.getLong("uptime"),
          row.getLong("databases"),
          row.getLong("busy"),
          row.getLong("idle"),
          row.getString("extension"),
          row.getString("stateless"),
          row.getString("root_path"));
    }
  }

  boolean isStateless() {
    return stateless != null && isOn(stateless);
  }

  /** As the server reads a boolean; without the extension loaded the text is as it was set. */
  private static boolean isOn(String value) {
    return switch (value.toLowerCase(java.util.Locale.ROOT)) {
      case "on", "true", "yes", "1" -> true;
      default -> false;
    };
  }
}
