package org.pgdeeplake.manager.ingest;

import java.time.Duration;

/** Counts what is loaded. Any thread. */
final class Meter {
  private final IngestListener listener;
  private final long totalRows;
  private final long started = System.nanoTime();
  private final long rowsBefore;
  private long rows;
  private long bytes;

  /** {@code rowsBefore} are in from earlier runs. */
  Meter(IngestListener listener, long rowsBefore, long totalRows) {
    this.listener = listener;
    this.rowsBefore = rowsBefore;
    this.totalRows = totalRows;
  }

  void loaded(Chunk.Contents contents) {
    IngestProgress progress;
    synchronized (this) {
      rows += contents.fingerprint().rows();
      bytes += contents.bytes();
      progress = progress();
    }
    listener.progress(progress);
  }

  synchronized IngestProgress progress() {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
    return IngestProgress.of(rowsBefore + rows, totalRows, rows, bytes, elapsed);
  }
}
