package org.pgdeeplake.manager.ingest;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Locked;

/**
 * What has been loaded, and the lock that only one ingest of a database holds. One session, which
 * is opened again if it is lost. Any thread.
 */
final class Ledger implements AutoCloseable {
  /** "ingest" in ASCII; PostgreSQL's advisory locks are per database. */
  private static final long LOCK = 0x696e67657374L;

  private static final int LOCK_WAIT_SECONDS = 3;
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Connections connections;
  private final Retries retries;
  private final IngestListener listener;
  private final IngestStop stop;
  private @Nullable Connection connection;

  interface Work<T extends @Nullable Object> {
    T on(Connection connection) throws SQLException;
  }

  private Ledger(
      Connections connections, Retries retries, IngestListener listener, IngestStop stop) {
    this.connections = connections;
    this.retries = retries;
    this.listener = listener;
    this.stop = stop;
  }

  /**
   * Takes the lock, and makes the tables where there are none.
   *
   * @throws Locked after three seconds in which another ingest had it
   */
  static Ledger open(IngestTarget target, Retries retries, IngestListener listener, IngestStop stop)
      throws SQLException, DeploymentFailed, InterruptedException {
    Ledger ledger = new Ledger(target.control(), retries, listener, stop);
    try {
      // Not through run-ddl: they are this instance's alone, and none waits to see them elsewhere.
      var _ =
          ledger.with(session -> {
            LedgerTables.create(session);
            return true;
          });
      return ledger;
    } catch (SQLException | DeploymentFailed | InterruptedException | RuntimeException e) {
      ledger.close();
      throw e;
    }
  }

  /** Waits for one's turn; tries again with a new session if this one is lost. */
  synchronized <T extends @Nullable Object> T with(Work<T> work)
      throws SQLException, DeploymentFailed, InterruptedException {
    return retries.run(
        "the ingest's records",
        listener,
        stop,
        () -> {
          try {
            return work.on(locked());
          } catch (SQLException e) {
            if (Retries.passing(e)) {
              close();
            }
            throw e;
          }
        });
  }

  Map<String, LedgerTables.Begun> begun()
      throws SQLException, DeploymentFailed, InterruptedException {
    return with(LedgerTables::begun);
  }

  Map<Integer, Optional<Chunk.Contents>> chunks(BenchmarkTable table)
      throws SQLException, DeploymentFailed, InterruptedException {
    return with(session -> LedgerTables.chunks(session, table));
  }

  void begin(BenchmarkTable table, BigDecimal scale, int chunks)
      throws SQLException, DeploymentFailed, InterruptedException {
    with(session -> {
      LedgerTables.begin(session, table, scale, chunks);
      return null;
    });
  }

  private Connection locked() throws SQLException, DeploymentFailed {
    Connection current = connection;
    if (current == null) {
      current = connections.open();
      try {
        lock(current);
      } catch (SQLException | DeploymentFailed e) {
        current.close();
        throw e;
      }
      connection = current;
    }
    return current;
  }

  /** Waits a little: a killed ingest's session may not have noticed yet. */
  private static void lock(Connection connection) throws SQLException, Locked {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '" + LOCK_WAIT_SECONDS + "s'");
      statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
      statement.execute("RESET lock_timeout");
    } catch (SQLException e) {
      if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
        throw e;
      }
      throw new Locked(
          "Another ingest works on this database: "
              + holder(connection)
              + ". Wait for it, or end its session with pg_terminate_backend().");
    }
  }

  private static String holder(Connection connection) throws SQLException {
    String sql =
        """
        SELECT format('session %%s of %%s from %%s since %%s', a.pid, a.usename,
                      coalesce(host(a.client_addr), 'this machine'),
                      to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ'))
        FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND (l.classid::bigint << 32) + l.objid::bigint = %d
        """
            .formatted(LOCK);
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getString(1) : "it has just ended";
    }
  }

  /** The lock goes with the session. */
  @Override
  public synchronized void close() {
    Connection current = connection;
    connection = null;
    if (current != null) {
      try {
        current.close();
      } catch (SQLException _) {
        // It was lost already.
      }
    }
  }
}
