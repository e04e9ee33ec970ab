package org.pgdeeplake.manager.ingest;

import java.util.List;
import java.util.stream.IntStream;

/**
 * How large a chunk may get: pg_deeplake runs out of memory in a large COPY. Only an order whose
 * line items alone are more is more.
 *
 * @param rows the most
 * @param bytes the most in COPY's text format, counted at the longest that rows can be
 */
public record ChunkSize(long rows, long bytes) {
  public ChunkSize {
    if (rows < 1 || bytes < 1) {
      throw new IllegalArgumentException("A chunk of " + rows + " rows and " + bytes + " bytes");
    }
  }

  List<Chunk> chunks(BenchmarkTable table, double scale) {
    int count = count(table, scale);
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> new Chunk(table, scale, number, count))
        .toList();
  }

  /** The last chunk takes what does not divide; so that it fits there may be a few more chunks. */
  int count(BenchmarkTable table, double scale) {
    long units = table.units(scale);
    if (table.unitsAtScale1() == 0) {
      return 1;
    }
    long unitBytes = (long) table.maxRowBytes() * table.rowsPerUnit();
    long most = Math.max(1, Math.min(rows / table.rowsPerUnit(), bytes / unitBytes));
    long count = Math.ceilDiv(units, most);
    while (units / count + units % count > most) {
      count++;
    }
    return Math.toIntExact(count);
  }
}
