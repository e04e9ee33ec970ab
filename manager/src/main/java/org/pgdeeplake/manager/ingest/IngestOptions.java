package org.pgdeeplake.manager.ingest;

import java.math.BigDecimal;
import java.util.List;

/**
 * What to load and how.
 *
 * @param scale TPC-H's: 1 is about a gigabyte; from 0.001
 * @param tables names of {@link TpchSchema#names()}
 * @param jobs workers, each with a session, from 1
 */
public record IngestOptions(
    BigDecimal scale, List<String> tables, int jobs, ChunkSize chunkSize, Retries retries) {
  /** Ten suppliers; the generator needs four. */
  public static final BigDecimal LEAST_SCALE = new BigDecimal("0.001");

  /** The largest that the specification knows. */
  public static final BigDecimal MOST_SCALE = new BigDecimal("100000");

  public IngestOptions {
    if (scale.compareTo(LEAST_SCALE) < 0 || scale.compareTo(MOST_SCALE) > 0) {
      throw new IllegalArgumentException("No scale: " + scale);
    }
    if (jobs < 1 || tables.isEmpty() || !TpchSchema.names().containsAll(tables)) {
      throw new IllegalArgumentException("No ingest: " + jobs + " jobs, tables " + tables);
    }
    tables = List.copyOf(tables);
  }

  /** In the order of loading, each once. */
  List<BenchmarkTable> chosen() {
    return TpchSchema.TABLES.stream().filter(table -> tables.contains(table.name())).toList();
  }

  int chunks(BenchmarkTable table) {
    return chunkSize.count(table, scale.doubleValue());
  }
}
