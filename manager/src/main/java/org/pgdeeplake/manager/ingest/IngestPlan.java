package org.pgdeeplake.manager.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Refused;

/**
 * What an ingest would do.
 *
 * @param refusal why it would not; null: nothing speaks against it
 */
public record IngestPlan(List<Table> tables, @Nullable String refusal) {

  /**
   * @param rows that it is to have; where TPC-H does not say, about so many
   * @param exactly they are as many
   * @param loaded chunks that are in; null: nobody looked
   * @param storage what it is made of; null: it is not there, or nobody looked
   */
  public record Table(
      String name,
      long rows,
      boolean exactly,
      int chunks,
      @Nullable Integer loaded,
      @Nullable String storage) {}

  public IngestPlan {
    tables = List.copyOf(tables);
  }

  /** Without a look at the database. */
  public static IngestPlan unseen(IngestOptions options) {
    return new IngestPlan(
        options.chosen().stream().map(table -> table(options, table, null, null)).toList(), null);
  }

  /** Changes nothing, and locks nothing. */
  public static IngestPlan of(IngestOptions options, Connections control) throws SQLException {
    try (Connection connection = control.open()) {
      Map<String, LedgerTables.Begun> begun =
          LedgerTables.exist(connection) ? LedgerTables.begun(connection) : Map.of();
      TableGuard guard = new TableGuard(connection, options.scale(), begun);
      String refusal = null;
      List<Table> tables = new ArrayList<>();
      try {
        guard.checkScale();
      } catch (Refused e) {
        refusal = e.getMessage();
      }
      for (BenchmarkTable table : options.chosen()) {
        int loaded = begun.containsKey(table.name()) ? loaded(connection, table) : 0;
        tables.add(table(options, table, loaded, guard.storage(table)));
        if (refusal == null) {
          refusal = refusal(guard, table, options);
        }
      }
      return new IngestPlan(tables, refusal);
    }
  }

  private static @Nullable String refusal(
      TableGuard guard, BenchmarkTable table, IngestOptions options) throws SQLException {
    try {
      guard.check(table, options.chunks(table));
      return null;
    } catch (Refused e) {
      return e.getMessage();
    }
  }

  private static int loaded(Connection connection, BenchmarkTable table) throws SQLException {
    return (int)
        LedgerTables.chunks(connection, table).values().stream()
            .filter(Optional::isPresent)
            .count();
  }

  private static Table table(
      IngestOptions options,
      BenchmarkTable table,
      @Nullable Integer loaded,
      @Nullable String storage) {
    double scale = options.scale().doubleValue();
    return new Table(
        table.name(),
        table.estimatedRows(scale),
        table.rows(scale).isPresent(),
        options.chunks(table),
        loaded,
        storage);
  }
}
