package org.pgdeeplake.manager.ingest;

import java.util.Map;

/**
 * What a run came to.
 *
 * @param loading of this run
 * @param tables name to rows, all of them compared
 */
public record IngestReport(IngestProgress loading, Map<String, Long> tables) {
  public IngestReport {
    tables = Map.copyOf(tables);
  }
}
