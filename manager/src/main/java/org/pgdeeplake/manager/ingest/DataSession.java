package org.pgdeeplake.manager.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** A worker's session; opened when needed, and again after a failure. One thread. */
final class DataSession implements AutoCloseable {
  private final Connections connections;
  private final BooleanSupplier stopped;
  private @Nullable Connection connection;

  DataSession(Connections connections, BooleanSupplier stopped) {
    this.connections = connections;
    this.stopped = stopped;
  }

  /** Without autocommit. */
  Connection connection() throws SQLException {
    Connection current = connection;
    if (current == null) {
      current = connections.open();
      connection = current;
      try (Statement statement = current.createStatement()) {
        for (String setting : PostgresAccess.NOTICE_LOSS) {
          statement.execute(setting);
        }
      }
      current.setAutoCommit(false);
    }
    return current;
  }

  /**
   * Sends the chunk within the transaction.
   *
   * @throws CancellationException within a block of 64 KiB after the ingest was stopped
   */
  Chunk.Contents copy(Chunk chunk) throws SQLException {
    BenchmarkTable table = chunk.table();
    CopyIn copy =
        connection()
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY " + table.name() + " (" + table.columnNames() + ") FROM STDIN");
    try {
      Chunk.Contents contents = chunk.stream((bytes, length) -> send(copy, bytes, length));
      long received = copy.endCopy();
      if (received != contents.fingerprint().rows()) {
        throw new SQLException(
            "%s: %d rows were sent, and the server took %d"
                .formatted(chunk, contents.fingerprint().rows(), received));
      }
      return contents;
    } finally {
      if (copy.isActive()) {
        cancel(copy);
      }
    }
  }

  private void send(CopyIn copy, byte[] bytes, int length) throws SQLException {
    requireGoOn();
    copy.writeToCopy(bytes, 0, length);
  }

  /**
   * @throws CancellationException after the ingest was stopped
   */
  void requireGoOn() {
    if (stopped.getAsBoolean()) {
      throw new CancellationException();
    }
  }

  private static void cancel(CopyIn copy) {
    try {
      copy.cancelCopy();
    } catch (SQLException _) {
      // What failed before counts.
    }
  }

  /** Ends the session, and with it a transaction that is not committed. */
  @Override
  public void close() {
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
