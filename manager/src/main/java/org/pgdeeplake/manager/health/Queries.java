package org.pgdeeplake.manager.health;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.manager.health.InstanceHealth.Database;
import org.pgdeeplake.manager.health.InstanceHealth.Facts;
import org.pgdeeplake.manager.health.InstanceHealth.Sessions;

/** What is asked of an instance. */
final class Queries {
  static final String STATELESS = "deeplake.stateless_enabled";
  static final String ROOT_PATH = "deeplake.root_path";

  /** deeplake.creds is a secret and must not be among them. */
  private static final List<String> SETTINGS =
      List.of(STATELESS, ROOT_PATH, "deeplake.sync_interval_ms", "pg_deeplake.memory_limit_mb");

  private static final String SERVER =
      """
      SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
             extract(epoch FROM clock_timestamp() - pg_postmaster_start_time())::bigint AS uptime,
             (SELECT default_version FROM pg_available_extensions WHERE name = 'pg_deeplake')
               AS available,
             (SELECT extversion FROM pg_extension WHERE extname = 'pg_deeplake') AS extension
      """;

  private static final String SESSIONS =
      """
      SELECT coalesce(datname, '') AS database, coalesce(usename, '') AS username,
             coalesce(state, 'unknown') AS state, count(*) AS sessions
      FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
      GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
      """;

  private static final String DATABASES =
      "SELECT datname FROM pg_database WHERE NOT datistemplate AND datallowconn ORDER BY datname";

  private static final String TABLES =
      """
      SELECT (SELECT extversion FROM pg_extension WHERE extname = 'pg_deeplake') AS extension,
             count(*) AS tables, count(*) FILTER (WHERE am.amname = 'deeplake') AS deeplake
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_am am ON am.oid = c.relam
      WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
        AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      """;

  private Queries() {}

  static Facts facts(Connection connection) throws SQLException {
    Map<String, String> settings = settings(connection);
    List<Sessions> sessions = sessions(connection);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(SERVER)) {
      row.next();
      return new Facts(
          row.getString("version"),
          row.getLong("uptime"),
          settings,
          row.getString("available"),
          row.getString("extension"),
          sessions);
    }
  }

  private static Map<String, String> settings(Connection connection) throws SQLException {
    Map<String, String> settings = new LinkedHashMap<>();
    try (PreparedStatement query =
        connection.prepareStatement("SELECT coalesce(current_setting(?, true), '')")) {
      for (String name : SETTINGS) {
        query.setString(1, name);
        try (ResultSet row = query.executeQuery()) {
          row.next();
          settings.put(name, row.getString(1));
        }
      }
    }
    return settings;
  }

  private static List<Sessions> sessions(Connection connection) throws SQLException {
    List<Sessions> sessions = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SESSIONS)) {
      while (rows.next()) {
        sessions.add(
            new Sessions(
                rows.getString("database"),
                rows.getString("username"),
                rows.getString("state"),
                rows.getLong("sessions")));
      }
    }
    return sessions;
  }

  static List<String> databases(Connection connection) throws SQLException {
    List<String> names = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(DATABASES)) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  static Database database(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(TABLES)) {
      row.next();
      return new Database(
          name, row.getString("extension"), row.getLong("tables"), row.getLong("deeplake"));
    }
  }

  static void readCatalog(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_deeplake_tables")) {
      row.next();
    }
  }

  /** As the server sees it; in a container that is another file system. */
  static boolean isDirectory(Connection connection, String path) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("SELECT coalesce((pg_stat_file(?, true)).isdir, false)")) {
      query.setString(1, path);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
