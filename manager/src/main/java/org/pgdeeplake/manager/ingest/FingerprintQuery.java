package org.pgdeeplake.manager.ingest;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@link Fingerprint}s as the database computes them, in SQL that every PostgreSQL has. */
final class FingerprintQuery {
  private FingerprintQuery() {}

  /** Of the whole table. */
  static Fingerprint whole(Connection connection, BenchmarkTable table) throws SQLException {
    isoDates(connection);
    try (Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT " + aggregates(table) + " FROM " + table.name())) {
      result.next();
      return read(result, table, 1);
    }
  }

  /** Of the rows whose key is from {@code first} to {@code last}, both included. */
  static Fingerprint range(Connection connection, BenchmarkTable table, long first, long last)
      throws SQLException {
    isoDates(connection);
    String sql =
        "SELECT %s FROM %s WHERE %s BETWEEN ? AND ?"
            .formatted(aggregates(table), table.name(), table.key());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, first);
      statement.setLong(2, last);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return read(result, table, 1);
      }
    }
  }

  /**
   * Of the ranges that begin at these ascending keys, in one pass; by number from 1, without those
   * that have no row. 0 is what lies before the first.
   */
  static Map<Integer, Fingerprint> ranges(
      Connection connection, BenchmarkTable table, List<Long> firstKeys) throws SQLException {
    isoDates(connection);
    String sql =
        "SELECT width_bucket(%s::bigint, ?::bigint[]), %s FROM %s GROUP BY 1"
            .formatted(table.key(), aggregates(table), table.name());
    Array thresholds = connection.createArrayOf("bigint", firstKeys.toArray());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, thresholds);
      Map<Integer, Fingerprint> ranges = new TreeMap<>();
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          ranges.put(result.getInt(1), read(result, table, 2));
        }
      }
      return ranges;
    } finally {
      thresholds.free();
    }
  }

  private static void isoDates(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET datestyle TO ISO");
    }
  }

  private static String aggregates(BenchmarkTable table) {
    String text = table.columns().stream().map(Column::asText).collect(Collectors.joining(", "));
    String hash =
        "('x' || encode(substr(sha256(convert_to(concat_ws(E'\\t', %s), 'UTF8')), 1, 8), 'hex'))"
            .formatted(text);
    String sums =
        table.columns().stream()
            .filter(Column::numeric)
            .map(Column::sum)
            .collect(Collectors.joining(", "));
    return "count(*), sum(" + hash + "::bit(64)::bigint), " + sums;
  }

  private static Fingerprint read(ResultSet result, BenchmarkTable table, int first)
      throws SQLException {
    int sums = Fingerprint.ofNothing(table).sums().size();
    List<Long> values = new ArrayList<>();
    for (int i = 0; i < sums; i++) {
      values.add(modulo(result.getBigDecimal(first + 2 + i)));
    }
    return new Fingerprint(result.getLong(first), modulo(result.getBigDecimal(first + 1)), values);
  }

  private static long modulo(@Nullable BigDecimal sum) {
    return sum == null ? 0 : sum.setScale(0, RoundingMode.HALF_UP).toBigInteger().longValue();
  }
}
