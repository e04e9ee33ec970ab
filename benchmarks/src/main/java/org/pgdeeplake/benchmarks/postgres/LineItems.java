package org.pgdeeplake.benchmarks.postgres;

import io.trino.tpch.LineItem;
import io.trino.tpch.TpchTable;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pgdeeplake.benchmarks.BenchFailed;

/** TPC-H's largest table, as its generator makes it. */
public final class LineItems {
  private LineItems() {}

  /** DDL of a table with its columns. */
  public static String create(String table) {
    return "create table "
        + table
        + """
        (l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber int,
        l_quantity decimal(15,2), l_extendedprice decimal(15,2), l_discount decimal(15,2),
        l_tax decimal(15,2), l_returnflag char(1), l_linestatus char(1), l_shipdate date,
        l_commitdate date, l_receiptdate date, l_shipinstruct char(25), l_shipmode char(10),
        l_comment varchar(44))\
        """;
  }

  /**
   * Fields end with {@code |}, but for the last.
   *
   * @param scale 1: six million rows, 760 MB
   */
  public static void write(Path file, double scale) throws BenchFailed {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (LineItem item : TpchTable.LINE_ITEM.createGenerator(scale, 1, 1)) {
        String line = item.toLine();
        // The generator's own format ends the last field, too.
        out.write(line, 0, line.endsWith("|") ? line.length() - 1 : line.length());
        out.write('\n');
      }
    } catch (IOException e) {
      throw new BenchFailed("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
