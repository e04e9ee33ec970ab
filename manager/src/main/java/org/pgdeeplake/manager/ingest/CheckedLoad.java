package org.pgdeeplake.manager.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * For deeplake tables, whose storage is not known to commit and roll back together with heap
 * tables, and which any instance may write while the records are on one. A chunk is recorded as
 * begun before, and as in after its COPY. One that is begun only is looked for in the table by its
 * key range: whole, it is in; missing, it is sent; anything else is deleted and sent.
 *
 * <p>What this cannot exclude is told by the verification at the end: an instance that shows a
 * chunk only after {@link #settled} has waited for it would get it twice.
 */
record CheckedLoad(Ledger ledger, IngestListener listener, IngestStop stop) implements ChunkLoad {
  /** Of sync_interval_ms. */
  private static final int INTERVALS = 3;

  private static final Duration POLL = Duration.ofMillis(250);

  /** Longer than a server needs to notice that a session's client is gone. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private static final String LOCK =
      "SELECT pg_try_advisory_xact_lock(hashtext('pgdl_manager.ingest ' || ?), ?)";

  private static final String HOLDER =
      """
      SELECT format('server process %s, %s, since %s', a.pid, coalesce(a.state, 'unknown'),
                    to_char(a.xact_start, 'YYYY-MM-DD HH24:MI:SS TZ'))
      FROM pg_locks l JOIN pg_stat_activity a USING (pid)
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2
        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid::bigint = hashtext('pgdl_manager.ingest ' || ?)::bigint & 4294967295
        AND l.objid::bigint = ?
      """;

  @Override
  public Chunk.Contents load(DataSession session, Chunk chunk)
      throws SQLException, DeploymentFailed, InterruptedException {
    Optional<Chunk.Contents> known =
        ledger.with(on -> LedgerTables.chunk(on, chunk)).get(chunk.number());
    if (known != null && known.isPresent()) {
      return known.get();
    }
    Connection connection = session.connection();
    waitForEarlierSession(session, chunk);
    boolean mayBeIn = known != null;
    if (!mayBeIn) {
      ledger.with(on -> LedgerTables.claim(on, chunk));
    }
    Optional<Chunk.Contents> found = mayBeIn ? find(connection, chunk) : Optional.empty();
    Chunk.Contents loaded = found.isPresent() ? found.get() : session.copy(chunk);
    connection.commit();
    ledger.with(on -> {
      LedgerTables.complete(on, chunk, loaded);
      return null;
    });
    return loaded;
  }

  /** The server may still be at work for a session that we lost; its transaction has the lock. */
  private void waitForEarlierSession(DataSession session, Chunk chunk)
      throws SQLException, DeploymentFailed, InterruptedException {
    Connection connection = session.connection();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    boolean told = false;
    while (!ask(connection, LOCK, chunk).equals("t")) {
      session.requireGoOn();
      String holder = ask(connection, HOLDER, chunk);
      if (System.nanoTime() - deadline >= 0) {
        throw new DeploymentFailed(
            "%s: after %d min an earlier session still works on it (%s): end it with pg_terminate_backend()"
                .formatted(chunk, PATIENCE.toMinutes(), holder));
      }
      if (!told && !holder.isEmpty()) {
        listener.message("%s: waiting for an earlier session (%s)".formatted(chunk, holder));
        told = true;
      }
      stop.pause(POLL);
    }
  }

  /** The first column of the first row; "" if there is none. */
  private static String ask(Connection connection, String query, Chunk chunk) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, chunk.table().name());
      statement.setInt(2, chunk.number());
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? String.valueOf(rows.getString(1)) : "";
      }
    }
  }

  /** Empty: none of it is in the table. */
  private Optional<Chunk.Contents> find(Connection connection, Chunk chunk)
      throws SQLException, DeploymentFailed, InterruptedException {
    Chunk.Contents expected = chunk.stream((_, _) -> {});
    Fingerprint found = settled(connection, chunk, expected);
    if (found.equals(expected.fingerprint())) {
      return Optional.of(expected);
    }
    if (found.rows() > 0) {
      delete(connection, chunk, expected);
      long left = range(connection, chunk, expected).rows();
      if (left > 0) {
        throw new DeploymentFailed(
            "%s was cut off, and of its rows (%s from %d to %d) %d cannot be deleted. Start again"
                    .formatted(
                        chunk, chunk.table().key(), expected.firstKey(), expected.lastKey(), left)
                + " in a fresh database.");
      }
    }
    return Optional.empty();
  }

  /** Another instance's rows come with the next synchronization. */
  private Fingerprint settled(Connection connection, Chunk chunk, Chunk.Contents expected)
      throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + syncInterval(connection).multipliedBy(INTERVALS).toNanos();
    Fingerprint found = range(connection, chunk, expected);
    while (!found.equals(expected.fingerprint()) && System.nanoTime() - deadline < 0) {
      stop.pause(POLL);
      found = range(connection, chunk, expected);
    }
    return found;
  }

  private static Fingerprint range(Connection connection, Chunk chunk, Chunk.Contents expected)
      throws SQLException {
    return FingerprintQuery.range(
        connection, chunk.table(), expected.firstKey(), expected.lastKey());
  }

  private static void delete(Connection connection, Chunk chunk, Chunk.Contents expected)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "DELETE FROM %s WHERE %s BETWEEN ? AND ?"
                .formatted(chunk.table().name(), chunk.table().key()))) {
      statement.setLong(1, expected.firstKey());
      statement.setLong(2, expected.lastKey());
      statement.executeUpdate();
    }
  }

  /** Zero without the extension or with a value that is no number of milliseconds. */
  static Duration syncInterval(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT current_setting('deeplake.sync_interval_ms', true)")) {
      String millis = result.next() ? result.getString(1) : null;
      return millis != null && millis.matches("\\d{1,7}")
          ? Duration.ofMillis(Long.parseLong(millis))
          : Duration.ZERO;
    }
  }
}
