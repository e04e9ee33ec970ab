package org.pgdeeplake.manager.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import org.pgdeeplake.manager.deployment.Refused;

/**
 * For heap tables: the rows and the record that they are in are one transaction, so both are there
 * or neither is. The record is claimed first: where an earlier session's COMMIT is still under way,
 * the claim waits for its outcome.
 */
record TransactionalLoad(UUID ledger) implements ChunkLoad {
  /** Undefined table and schema. */
  private static final String NO_TABLE = "42P01";

  private static final String NO_SCHEMA = "3F000";

  @Override
  public Chunk.Contents load(DataSession session, Chunk chunk) throws SQLException, Refused {
    Connection connection = session.connection();
    mustHaveLedger(connection, chunk);
    if (!LedgerTables.claim(connection, chunk)) {
      Chunk.Contents contents =
          LedgerTables.chunk(connection, chunk)
              .getOrDefault(chunk.number(), Optional.empty())
              .orElseThrow(() -> new SQLException(chunk + " is claimed and not in"));
      connection.rollback();
      return contents;
    }
    Chunk.Contents contents = session.copy(chunk);
    LedgerTables.complete(connection, chunk, contents);
    connection.commit();
    return contents;
  }

  private void mustHaveLedger(Connection connection, Chunk chunk) throws SQLException, Refused {
    LedgerTables.Begun begun = null;
    try {
      begun = LedgerTables.begun(connection).get(chunk.table().name());
    } catch (SQLException e) {
      if (!NO_TABLE.equals(e.getSQLState()) && !NO_SCHEMA.equals(e.getSQLState())) {
        throw e;
      }
    }
    if (begun == null || !begun.id().equals(ledger)) {
      throw new Refused(
          "The table "
              + chunk.table()
              + " is a heap table, which one instance has for itself, and the proxy led to another"
              + " instance. Load it with --direct.");
    }
  }
}
