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
record CheckedLoad(Ledger ledger) implements ChunkLoad {
  /** Of sync_interval_ms. */
  private static final int INTERVALS = 3;

  private static final long POLL_MILLIS = 250;

  @Override
  public Chunk.Contents load(DataSession session, Chunk chunk)
      throws SQLException, DeploymentFailed, InterruptedException {
    Optional<Chunk.Contents> known =
        ledger.with(on -> LedgerTables.chunk(on, chunk)).get(chunk.number());
    if (known != null && known.isPresent()) {
      return known.get();
    }
    Connection connection = session.connection();
    waitForEarlierSession(connection, chunk);
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
  private static void waitForEarlierSession(Connection connection, Chunk chunk)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_advisory_xact_lock(hashtext(?), ?)")) {
      statement.setString(1, "pgdl_manager.ingest " + chunk.table().name());
      statement.setInt(2, chunk.number());
      statement.execute();
    }
  }

  /** Empty: none of it is in the table. */
  private static Optional<Chunk.Contents> find(Connection connection, Chunk chunk)
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
  private static Fingerprint settled(Connection connection, Chunk chunk, Chunk.Contents expected)
      throws SQLException, InterruptedException {
    long deadline = System.nanoTime() + syncInterval(connection).multipliedBy(INTERVALS).toNanos();
    Fingerprint found = range(connection, chunk, expected);
    while (!found.equals(expected.fingerprint()) && System.nanoTime() - deadline < 0) {
      Thread.sleep(POLL_MILLIS);
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
