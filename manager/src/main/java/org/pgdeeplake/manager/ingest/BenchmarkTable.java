package org.pgdeeplake.manager.ingest;

import io.trino.tpch.GenerateUtils;
import io.trino.tpch.TpchEntity;
import io.trino.tpch.TpchTable;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * One of TPC-H's eight tables. The generator counts and cuts in units: an order with its line
 * items, a part with its suppliers, otherwise a row. The first column grows with the units, so the
 * rows of consecutive units are those of a key range.
 *
 * @param unitsAtScale1 0: the table does not scale, and is one unit
 * @param rowsPerUnit the most
 */
record BenchmarkTable(
    String name, TpchTable<?> generator, int unitsAtScale1, int rowsPerUnit, List<Column> columns) {
  /**
   * Rows of lineitem, which depend on the generator's random numbers. TPC-H specification, clause
   * 4.2.5.1.
   */
  private static final Map<Double, Long> PUBLISHED_LINE_ITEMS =
      Map.ofEntries(
          Map.entry(1.0, 6_001_215L),
          Map.entry(10.0, 59_986_052L),
          Map.entry(30.0, 179_998_372L),
          Map.entry(100.0, 600_037_902L),
          Map.entry(300.0, 1_799_989_091L),
          Map.entry(1_000.0, 5_999_989_709L),
          Map.entry(3_000.0, 18_000_048_306L),
          Map.entry(10_000.0, 59_999_994_267L),
          Map.entry(30_000.0, 179_999_978_268L),
          Map.entry(100_000.0, 599_999_969_200L));

  /** Line items per order: 1 to 7. */
  private static final int MEAN_LINE_ITEMS = 4;

  long units(double scale) {
    return unitsAtScale1 == 0 ? 1 : GenerateUtils.calculateRowCount(unitsAtScale1, scale, 1, 1);
  }

  /** What the specification says; empty where it says nothing: lineitem at scales of one's own. */
  OptionalLong rows(double scale) {
    if (!name.equals(TpchSchema.LINEITEM.name)) {
      return OptionalLong.of(units(scale) * rowsPerUnit);
    }
    Long published = PUBLISHED_LINE_ITEMS.get(scale);
    return published == null ? OptionalLong.empty() : OptionalLong.of(published);
  }

  /** For the remaining time. */
  long estimatedRows(double scale) {
    return rows(scale).orElse(units(scale) * MEAN_LINE_ITEMS);
  }

  /** The rows of one part of {@code parts} about equal ones, from 1; generated on the way. */
  Iterable<? extends TpchEntity> entities(double scale, int part, int parts) {
    return generator.createGenerator(scale, part, parts);
  }

  String key() {
    return columns.getFirst().name();
  }

  String columnNames() {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  int maxRowBytes() {
    return columns.stream().mapToInt(Column::maxBytes).sum();
  }

  /** One statement. {@code storage} is an access method: heap, deeplake. */
  String create(String storage) {
    return "CREATE TABLE IF NOT EXISTS %s (%s) USING %s"
        .formatted(
            name,
            columns.stream().map(Column::definition).collect(Collectors.joining(", ")),
            storage);
  }

  @Override
  public String toString() {
    return name;
  }
}
