package org.pgdeeplake.manager.credentials;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.postgresql.PGConnection;

/**
 * A session whose statements the server writes nowhere, and the lock that keeps a second rotation
 * away for as long as it lives. One thread at a time.
 */
final class QuietSession implements AutoCloseable {
  static final String DATABASE = "postgres";

  /** What is not there on this server is skipped. */
  private static final String QUIET =
      """
      SELECT set_config(s.name, quiet.value, false)
      FROM pg_settings AS s JOIN (VALUES
          ('lc_messages', 'C'),
          ('log_min_messages', 'panic'), ('log_min_error_statement', 'panic'),
          ('log_statement', 'none'), ('log_duration', 'off'),
          ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
          ('log_transaction_sample_rate', '0'),
          ('log_parameter_max_length', '0'), ('log_parameter_max_length_on_error', '0'),
          ('debug_print_raw_parse', 'off'), ('debug_print_parse', 'off'),
          ('debug_print_rewritten', 'off'), ('debug_print_plan', 'off'),
          ('pg_stat_statements.track', 'none'), ('auto_explain.log_min_duration', '-1'),
          ('pgaudit.log', 'none'), ('pgaudit.log_parameter', 'off')
        ) AS quiet(name, value) ON s.name = quiet.name
      """;

  static final String LOCK_CLASS = "1885824076";
  private static final String LOCK = "SELECT pg_try_advisory_lock(" + LOCK_CLASS + ", 1)";
  private static final String HOLDER =
      """
      SELECT format('%s (server process %s) from %s, since %s', a.application_name, a.pid,
                    coalesce(host(a.client_addr), 'its own machine'),
                    to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
      FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objid = 1 AND l.classid =\
      """
          + LOCK_CLASS
          + " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";

  /** Of another rotation, which may have the number by now, nothing is ended. */
  private static final String END =
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE pid = CAST(? AS integer) AND application_name = current_setting('application_name')
      """;

  private static final Duration POLL = Duration.ofMillis(100);

  private final Instance instance;
  private final Connection connection;

  private QuietSession(Instance instance, Connection connection) {
    this.instance = instance;
    this.connection = connection;
  }

  /**
   * @param silence the longest time without an answer
   */
  static QuietSession open(PostgresAccess access, Instance instance, Duration silence)
      throws SQLException {
    Connection connection =
        access.open(
            instance,
            DATABASE,
            PostgresAccess.APPLICATION + " rotate-creds, pid " + ProcessHandle.current().pid(),
            silence);
    QuietSession session = new QuietSession(instance, connection);
    try {
      session.execute(QUIET);
      for (String setting : PostgresAccess.NOTICE_LOSS) {
        session.execute(setting);
      }
      return session;
    } catch (SQLException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Until the session ends.
   *
   * @throws Locked another rotation has it
   */
  void lock() throws SQLException, Locked {
    if (ask(LOCK).equals("t")) {
      return;
    }
    String holder = ask(HOLDER);
    throw new Locked(
        "credentials are being rotated already: %s is locked by %s"
            .formatted(instance.name(), holder.isEmpty() ? "another, which just ended" : holder));
  }

  /**
   * Takes the lock from a session that was lost: the server may still be at a command of it, which
   * is ended with it.
   *
   * @param lost its server process
   * @throws Locked it is still not free
   */
  void lockAfter(int lost, Duration limit) throws SQLException, Locked, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    ask(END, Integer.toString(lost));
    while (!ask(LOCK).equals("t")) {
      if (System.nanoTime() - deadline >= 0) {
        lock();
        return;
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  /** Of the server's process. */
  int backend() throws SQLException {
    return connection.unwrap(PGConnection.class).getBackendPID();
  }

  boolean isOpen() {
    try {
      return !connection.isClosed();
    } catch (SQLException _) {
      return false;
    }
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The first column of the first row; "" if there is none. */
  String ask(String sql, String... parameters) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        query.setString(i + 1, parameters[i]);
      }
      try (ResultSet rows = query.executeQuery()) {
        String value = rows.next() ? rows.getString(1) : null;
        return value == null ? "" : value;
      }
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException _) {
      // It is gone.
    }
  }
}
