package org.pgdeeplake.manager.ingest;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What some rows of a table are, whatever their order. All sums are modulo 2^64.
 *
 * @param hash the sum over the rows of the first eight bytes of SHA-256 of the row's text. SHA-256
 *     because PostgreSQL refuses md5() in FIPS mode; a sum because XOR would not see a row twice.
 * @param sums of the numeric columns in order; decimals in hundredths
 */
record Fingerprint(long rows, long hash, List<Long> sums) {
  Fingerprint {
    sums = List.copyOf(sums);
  }

  static Fingerprint ofNothing(BenchmarkTable table) {
    long numeric = table.columns().stream().filter(Column::numeric).count();
    return new Fingerprint(0, 0, IntStream.range(0, (int) numeric).mapToObj(_ -> 0L).toList());
  }

  Fingerprint plus(Fingerprint other) {
    return new Fingerprint(
        rows + other.rows,
        hash + other.hash,
        IntStream.range(0, sums.size()).mapToObj(i -> sums.get(i) + other.sums.get(i)).toList());
  }
}
