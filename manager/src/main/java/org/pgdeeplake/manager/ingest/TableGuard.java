package org.pgdeeplake.manager.ingest;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Refused;

/**
 * Whether a table may be filled, and what it is. Refuses what an ingest of this scale and chunk
 * size cannot have left; says how to go on. There is no way to drop and begin again: a DROP crashes
 * pg_deeplake (known upstream bug).
 */
final class TableGuard {
  private static final String FRESH =
      " Use a fresh database (CREATE DATABASE tpch2, then --database tpch2): tables are never"
          + " dropped, since a DROP crashes pg_deeplake.";

  private final Connection connection;
  private final BigDecimal scale;
  private final Map<String, LedgerTables.Begun> begun;

  TableGuard(Connection connection, BigDecimal scale, Map<String, LedgerTables.Begun> begun) {
    this.connection = connection;
    this.scale = scale;
    this.begun = begun;
  }

  /** Tables of two scales would not fit each other, also where they are not loaded now. */
  void checkScale() throws Refused {
    for (Map.Entry<String, LedgerTables.Begun> entry : begun.entrySet()) {
      BigDecimal there = entry.getValue().scale();
      if (there.compareTo(scale) != 0) {
        throw new Refused(
            "This database has TPC-H of scale %s (table %s), and --scale is %s. Go on with --scale %s."
                    .formatted(
                        there.toPlainString(),
                        entry.getKey(),
                        scale.toPlainString(),
                        there.toPlainString())
                + FRESH);
      }
    }
  }

  void check(BenchmarkTable table, int chunks) throws SQLException, Refused {
    String storage = storage(table);
    LedgerTables.Begun record = begun.get(table.name());
    if (record != null) {
      if (record.chunks() != chunks) {
        throw new Refused(
            "Table %s was begun in %d chunks, and with this --chunk-rows and --chunk-bytes there"
                    .formatted(table, record.chunks())
                + " would be %d. Go on with the values of then.".formatted(chunks)
                + FRESH);
      }
      if (storage == null) {
        throw new Refused("Table " + table + " was begun and is gone." + FRESH);
      }
    } else if (storage != null) {
      checkForeign(table);
    }
  }

  private void checkForeign(BenchmarkTable table) throws SQLException, Refused {
    String columns = existingColumns(table);
    if (!columns.equals(table.columnNames())) {
      throw new Refused(
          "There is a table %s that is not TPC-H's: its columns are %s.".formatted(table, columns)
              + FRESH);
    }
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT EXISTS (SELECT FROM " + table.name() + ")")) {
      result.next();
      if (result.getBoolean(1)) {
        throw new Refused(
            "Table " + table + " has rows that no ingest has recorded on this instance." + FRESH);
      }
    }
  }

  private String existingColumns(BenchmarkTable table) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute"
                + " WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped")) {
      statement.setString(1, table.name());
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        String columns = result.getString(1);
        return columns == null ? "" : columns;
      }
    }
  }

  /** The table's access method; null: there is no such table. */
  @Nullable String storage(BenchmarkTable table) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT coalesce(amname, 'none') FROM pg_class c LEFT JOIN pg_am a ON a.oid = c.relam"
                + " WHERE c.oid = to_regclass(?)")) {
      statement.setString(1, table.name());
      try (ResultSet result = statement.executeQuery()) {
        return result.next() ? result.getString(1) : null;
      }
    }
  }

  /** What new tables are made of: deeplake where that is there. */
  String storageOfNewTables() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT EXISTS (SELECT FROM pg_am WHERE amname = 'deeplake' AND amtype = 't')")) {
      result.next();
      return result.getBoolean(1) ? "deeplake" : "heap";
    }
  }
}
