package org.pgdeeplake.manager.ddl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.idle.IdleTime;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * One manager at a time runs DDL. The server holds the lock for a session, so it is gone with its
 * holder, however that ended. A statement can outlive its manager; until the server has noticed, it
 * counts as a holder too. One thread.
 */
final class DdlLock implements AutoCloseable {
  /** Advisory locks are per database: always this one, whatever the statement is for. */
  static final String DATABASE = "postgres";

  private static final Duration POLL = Duration.ofMillis(250);

  private static final long KEY =
      ByteBuffer.wrap("pgdl-ddl".getBytes(StandardCharsets.US_ASCII)).getLong();

  private static final String OF_KEY =
      """
      l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND l.classid = %d AND l.objid = %d
      """
          .formatted(KEY >>> 32, KEY & 0xffff_ffffL);

  private static final String TRY = "SELECT pg_try_advisory_lock(" + KEY + ")";
  private static final String UNLOCK = "SELECT pg_advisory_unlock(" + KEY + ")";
  private static final String HELD =
      "SELECT 1 FROM pg_locks l WHERE l.pid = pg_backend_pid() AND " + OF_KEY;

  private static final String SESSION =
      """
      a.pid, a.application_name, coalesce(host(a.client_addr), 'its own machine') AS client,
       coalesce(a.datname, '') AS database, left(a.query, 60) AS query,
       to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since
      """;

  private static final String HOLDER =
      "SELECT "
          + SESSION.formatted("a.backend_start")
          + " FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE "
          + OF_KEY;

  /** While nobody has the lock nobody begins, so whatever runs under such a name is left over. */
  private static final String LEFT_OVER =
      "SELECT "
          + SESSION.formatted("a.query_start")
          + " FROM pg_stat_activity a WHERE a.state <> 'idle' AND starts_with(application_name, '"
          + Operator.RUN
          + "') ORDER BY a.query_start LIMIT 1";

  private final Connection connection;
  private final Instance instance;
  private boolean taken;

  private DdlLock(Connection connection, Instance instance) {
    this.connection = connection;
    this.instance = instance;
  }

  /**
   * @param wait null: not at all
   * @throws Locked another has it, and did not leave it in time
   */
  static DdlLock acquire(
      PostgresAccess access,
      Instance instance,
      @Nullable Duration wait,
      DdlListener listener,
      DdlStop stop)
      throws DeploymentFailed, InterruptedException {
    @Nullable DdlLock lock = null;
    boolean acquired = false;
    try {
      String application = Operator.current().application(Operator.LOCK);
      lock = new DdlLock(access.open(instance, DATABASE, application, access.timeout()), instance);
      lock.prepare();
      lock.take(wait, listener, stop);
      acquired = true;
      return lock;
    } catch (SQLException e) {
      throw new DeploymentFailed(
          "cannot take the lock for DDL on %s: %s"
              .formatted(instance.name(), PostgresAccess.reason(e)),
          e);
    } finally {
      if (lock != null && !acquired) {
        lock.close();
      }
    }
  }

  /** It is silent for as long as a statement runs, and must not outlive this machine for long. */
  private void prepare() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String setting : List.of("SET idle_session_timeout = 0", "SET statement_timeout = 0")) {
        statement.execute(setting);
      }
      for (String setting : PostgresAccess.NOTICE_LOSS) {
        statement.execute(setting);
      }
    }
  }

  private void take(@Nullable Duration wait, DdlListener listener, DdlStop stop)
      throws SQLException, DeploymentFailed, InterruptedException {
    long began = System.nanoTime();
    while (true) {
      taken = taken || isTrue(TRY);
      Optional<String> obstacle = taken ? leftOver() : holder();
      if (taken && obstacle.isEmpty()) {
        return;
      }
      // Without one it was given back just now.
      if (obstacle.isPresent()) {
        if (wait == null) {
          throw new Locked(obstacle.get() + ". Nothing was run; --wait waits for it");
        }
        if (System.nanoTime() - began >= wait.toNanos()) {
          throw new Locked(
              "%s, still after %s. Nothing was run".formatted(obstacle.get(), new IdleTime(wait)));
        }
        listener.step("waiting: " + obstacle.get());
      }
      if (stop.await(POLL)) {
        throw new DeploymentFailed("ended while waiting for the lock; nothing was run");
      }
    }
  }

  private Optional<String> holder() throws SQLException {
    return first(
        HOLDER,
        row ->
            "%s has the lock for DDL on %s, from %s, in a session since %s (server process %d)"
                .formatted(
                    Operator.inWords(row.getString("application_name")),
                    instance.name(),
                    row.getString("client"),
                    row.getString("since"),
                    row.getInt("pid")));
  }

  private Optional<String> leftOver() throws SQLException {
    return first(
        LEFT_OVER,
        row ->
            "the manager of %s, from %s, is gone, but its statement is still running on %s in"
                    .formatted(
                        Operator.inWords(row.getString("application_name")),
                        row.getString("client"),
                        instance.name())
                + " database %s since %s (server process %d): %s"
                    .formatted(
                        row.getString("database"),
                        row.getString("since"),
                        row.getInt("pid"),
                        row.getString("query").replaceAll("\\s+", " ")));
  }

  private interface Row {
    String inWords(ResultSet row) throws SQLException;
  }

  private Optional<String> first(String query, Row words) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? Optional.of(words.inWords(rows)) : Optional.empty();
    }
  }

  private boolean isTrue(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() && rows.getBoolean(1);
    }
  }

  /** Why the lock is no longer held; empty if it is. Asks the server. */
  Optional<String> lost() {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(HELD)) {
      return rows.next() ? Optional.empty() : Optional.of("it was given back");
    } catch (SQLException e) {
      return Optional.of("its session failed: " + PostgresAccess.reason(e));
    }
  }

  @Override
  public void close() {
    try (connection) {
      // The end of a session takes a moment, in which the next manager would find it taken.
      if (taken) {
        isTrue(UNLOCK);
      }
    } catch (SQLException _) {
      // It went with its session.
    }
  }
}
