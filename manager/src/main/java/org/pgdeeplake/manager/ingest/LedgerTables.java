package org.pgdeeplake.manager.ingest;

import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The statements of the bookkeeping, on whatever session and in whatever transaction that is. Heap
 * tables: they must be transactional, and pg_deeplake is not known to be.
 */
final class LedgerTables {
  private static final List<String> CREATE =
      List.of(
          "CREATE SCHEMA IF NOT EXISTS pgdl_manager",
          "CREATE TABLE IF NOT EXISTS pgdl_manager.ingest_table (table_name text PRIMARY KEY,"
              + " id uuid NOT NULL DEFAULT gen_random_uuid(), scale numeric NOT NULL,"
              + " chunks integer NOT NULL) USING heap",
          // row_count NULL: begun, and not known to be in.
          "CREATE TABLE IF NOT EXISTS pgdl_manager.ingest_chunk (table_name text NOT NULL,"
              + " chunk integer NOT NULL, first_key bigint, last_key bigint, row_count bigint,"
              + " row_hash bigint, column_sums bigint[], bytes bigint,"
              + " PRIMARY KEY (table_name, chunk)) USING heap");

  private static final String CHUNKS =
      "SELECT chunk, first_key, last_key, row_count, row_hash, column_sums, bytes"
          + " FROM pgdl_manager.ingest_chunk WHERE table_name = ?";

  /**
   * A table that an ingest has begun.
   *
   * @param id only the instance that has this ledger knows it
   */
  record Begun(UUID id, BigDecimal scale, int chunks) {}

  private LedgerTables() {}

  /** Where there are none. */
  static void create(Connection connection) throws SQLException {
    if (exist(connection)) {
      return;
    }
    try (Statement statement = connection.createStatement()) {
      for (String sql : CREATE) {
        statement.execute(sql);
      }
    }
  }

  static boolean exist(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT to_regclass('pgdl_manager.ingest_chunk') IS NOT NULL");
        ResultSet result = statement.executeQuery()) {
      return result.next() && result.getBoolean(1);
    }
  }

  static Map<String, Begun> begun(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT table_name, id, scale, chunks FROM pgdl_manager.ingest_table");
        ResultSet result = statement.executeQuery()) {
      Map<String, Begun> tables = new LinkedHashMap<>();
      while (result.next()) {
        tables.put(
            result.getString(1),
            new Begun(result.getObject(2, UUID.class), result.getBigDecimal(3), result.getInt(4)));
      }
      return tables;
    }
  }

  static void begin(Connection connection, BenchmarkTable table, BigDecimal scale, int chunks)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO pgdl_manager.ingest_table (table_name, scale, chunks) VALUES (?, ?, ?)"
                + " ON CONFLICT DO NOTHING")) {
      statement.setString(1, table.name());
      statement.setBigDecimal(2, scale);
      statement.setInt(3, chunks);
      statement.executeUpdate();
    }
  }

  /** Waits for a transaction that has claimed the chunk too; false if that is in. */
  static boolean claim(Connection connection, Chunk chunk) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO pgdl_manager.ingest_chunk (table_name, chunk) VALUES (?, ?)"
                + " ON CONFLICT DO NOTHING")) {
      statement.setString(1, chunk.table().name());
      statement.setInt(2, chunk.number());
      return statement.executeUpdate() == 1;
    }
  }

  static void complete(Connection connection, Chunk chunk, Chunk.Contents contents)
      throws SQLException {
    Fingerprint fingerprint = contents.fingerprint();
    Array sums = connection.createArrayOf("bigint", fingerprint.sums().toArray());
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE pgdl_manager.ingest_chunk SET first_key = ?, last_key = ?, row_count = ?,"
                + " row_hash = ?, column_sums = ?, bytes = ? WHERE table_name = ? AND chunk = ?")) {
      statement.setLong(1, contents.firstKey());
      statement.setLong(2, contents.lastKey());
      statement.setLong(3, fingerprint.rows());
      statement.setLong(4, fingerprint.hash());
      statement.setArray(5, sums);
      statement.setLong(6, contents.bytes());
      statement.setString(7, chunk.table().name());
      statement.setInt(8, chunk.number());
      if (statement.executeUpdate() != 1) {
        throw new SQLException(
            "The record of " + chunk + " is gone from pgdl_manager.ingest_chunk");
      }
    } finally {
      sums.free();
    }
  }

  /** Of a whole table, by number; empty: begun, and not known to be in. */
  static Map<Integer, Optional<Chunk.Contents>> chunks(Connection connection, BenchmarkTable table)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CHUNKS + " ORDER BY chunk")) {
      statement.setString(1, table.name());
      return read(statement);
    }
  }

  /** Of one chunk, if there is a record of it at all; empty: begun, and not known to be in. */
  static Map<Integer, Optional<Chunk.Contents>> chunk(Connection connection, Chunk chunk)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(CHUNKS + " AND chunk = ?")) {
      statement.setString(1, chunk.table().name());
      statement.setInt(2, chunk.number());
      return read(statement);
    }
  }

  private static Map<Integer, Optional<Chunk.Contents>> read(PreparedStatement statement)
      throws SQLException {
    try (ResultSet result = statement.executeQuery()) {
      Map<Integer, Optional<Chunk.Contents>> chunks = new LinkedHashMap<>();
      while (result.next()) {
        chunks.put(result.getInt(1), contents(result));
      }
      return chunks;
    }
  }

  private static Optional<Chunk.Contents> contents(ResultSet result) throws SQLException {
    long rows = result.getLong(4);
    if (result.wasNull()) {
      return Optional.empty();
    }
    List<Long> sums = Arrays.asList((Long[]) result.getArray(6).getArray());
    return Optional.of(
        new Chunk.Contents(
            new Fingerprint(rows, result.getLong(5), sums),
            result.getLong(2),
            result.getLong(3),
            result.getLong(7)));
  }
}
