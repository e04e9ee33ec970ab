package org.pgdeeplake.manager.ingest;

import java.sql.SQLException;
import java.time.Duration;

/** Hears how an ingest goes; from its workers' threads, several at once. */
public interface IngestListener {
  /** A line for the user. */
  void message(String line);

  /** What is being done from now on. */
  void step(String what);

  /** After every chunk. */
  void progress(IngestProgress progress);

  /** An attempt failed and is made again after the pause. */
  void retrying(String what, SQLException failure, Duration pause);
}
