package org.pgdeeplake.manager.command;

import java.sql.SQLException;
import java.time.Duration;
import org.pgdeeplake.manager.ingest.IngestListener;
import org.pgdeeplake.manager.ingest.IngestProgress;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.terminal.Progress;

/** An ingest's progress on standard error. */
record IngestTelling(Progress progress) implements IngestListener {
  @Override
  public void message(String line) {
    progress.line(line);
  }

  @Override
  public void step(String what) {
    progress.step(what);
  }

  @Override
  public void progress(IngestProgress now) {
    progress.step(
        "%,d of %,d rows, %,.0f rows/s, %,.1f MB/s, %s left"
            .formatted(
                now.rows(),
                now.totalRows(),
                now.rowsPerSecond(),
                now.bytesPerSecond() / 1e6,
                inWords(now.remaining())));
  }

  private static String inWords(Duration time) {
    return "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
  }

  @Override
  public void retrying(String what, SQLException failure, Duration pause) {
    progress.line(
        "%s: %s; again in %.1f s"
            .formatted(what, PostgresAccess.reason(failure), pause.toMillis() / 1e3));
  }
}
