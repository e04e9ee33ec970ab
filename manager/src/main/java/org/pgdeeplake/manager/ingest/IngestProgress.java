package org.pgdeeplake.manager.ingest;

import java.time.Duration;

/**
 * How far it is.
 *
 * @param rows in the database, with those of earlier runs
 * @param totalRows estimated where lineitem takes part at a scale of one's own
 * @param rowsPerSecond of this run
 * @param bytesPerSecond of this run, as sent
 * @param remaining at this rate
 */
public record IngestProgress(
    long rows, long totalRows, double rowsPerSecond, double bytesPerSecond, Duration remaining) {
  static IngestProgress of(
      long rows, long totalRows, long loadedNow, long bytesNow, Duration elapsed) {
    double seconds = Math.max(elapsed.toNanos() / 1e9, 1e-3);
    double rate = loadedNow / seconds;
    long left = Math.max(0, totalRows - rows);
    return new IngestProgress(
        rows,
        totalRows,
        rate,
        bytesNow / seconds,
        Duration.ofSeconds(rate > 0 ? Math.round(left / rate) : 0));
  }
}
