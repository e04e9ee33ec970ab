package org.pgdeeplake.manager.ingest;

import io.trino.tpch.TpchEntity;
import java.sql.SQLException;

/**
 * The rows of a table that go in together; the same every time they are generated.
 *
 * @param number from 1
 * @param of so many of the table
 */
record Chunk(BenchmarkTable table, double scale, int number, int of) {
  private static final int BLOCK_BYTES = 64 * 1024;

  /** Takes what it is given before it returns; up to 64 KiB. */
  @FunctionalInterface
  interface Sink {
    void write(byte[] bytes, int length) throws SQLException;
  }

  /**
   * What was in it.
   *
   * @param firstKey of the table's first column, as lastKey; no other chunk has rows between
   * @param bytes in COPY's text format
   */
  record Contents(Fingerprint fingerprint, long firstKey, long lastKey, long bytes) {}

  /** Generates the rows into the sink; never holds more than a block of them. */
  Contents stream(Sink sink) throws SQLException {
    CopyRow row = new CopyRow();
    RunningFingerprint fingerprint = new RunningFingerprint(table);
    byte[] block = new byte[BLOCK_BYTES];
    int filled = 0;
    long bytes = 0;
    long firstKey = Long.MAX_VALUE;
    long lastKey = Long.MIN_VALUE;
    for (TpchEntity entity : table.entities(scale, number, of)) {
      GeneratedRow.write(entity, row);
      fingerprint.add(row);
      firstKey = Math.min(firstKey, row.number(0));
      lastKey = Math.max(lastKey, row.number(0));
      if (filled + row.copyLength() > block.length) {
        sink.write(block, filled);
        bytes += filled;
        filled = 0;
      }
      filled = row.copyTo(block, filled);
    }
    sink.write(block, filled);
    return new Contents(fingerprint.value(), firstKey, lastKey, bytes + filled);
  }

  @Override
  public String toString() {
    return table.name() + " " + number + "/" + of;
  }
}
