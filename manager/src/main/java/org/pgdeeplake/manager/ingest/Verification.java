package org.pgdeeplake.manager.ingest;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * Compares tables with what was generated: the number of rows (with the specification's, where it
 * gives one), the sums of all numeric columns, and a hash of every row, whatever their order.
 */
final class Verification {
  private static final int MOST_CHUNKS_NAMED = 5;
  private static final int INTERVALS = 3;
  private static final Duration POLL = Duration.ofMillis(500);

  /** Of reading a whole table. */
  private static final Duration LONGEST = Duration.ofHours(12);

  private final Connections data;
  private final IngestOptions options;
  private final IngestListener listener;
  private final IngestStop stop;
  private final Map<String, Long> verified = new LinkedHashMap<>();

  Verification(Connections data, IngestOptions options, IngestListener listener, IngestStop stop) {
    this.data = data;
    this.stop = stop;
    this.options = options;
    this.listener = listener;
  }

  /** Name to rows. */
  Map<String, Long> verified() {
    return verified;
  }

  /**
   * Reads the whole table.
   *
   * @param planned how many chunks it has
   * @throws DeploymentFailed if it differs; says in what, and in which chunks
   * @throws java.util.concurrent.CancellationException after a stop
   */
  void verify(BenchmarkTable table, int planned, Map<Integer, Optional<Chunk.Contents>> chunks)
      throws SQLException, DeploymentFailed, InterruptedException {
    stop.check();
    listener.step("comparing " + table);
    if (chunks.size() != planned) {
      throw new DeploymentFailed(
          "Of table %s %d of %d chunks are in.".formatted(table, chunks.size(), planned));
    }
    List<Chunk.Contents> sent = new ArrayList<>();
    for (var chunk : chunks.entrySet()) {
      sent.add(
          chunk
              .getValue()
              .orElseThrow(
                  () -> new DeploymentFailed(table + " chunk " + chunk.getKey() + " is not in.")));
    }
    Fingerprint expected =
        sent.stream()
            .map(Chunk.Contents::fingerprint)
            .reduce(Fingerprint.ofNothing(table), Fingerprint::plus);
    long specified = table.rows(options.scale().doubleValue()).orElse(expected.rows());
    if (expected.rows() != specified) {
      throw new DeploymentFailed(
          "Table %s: %,d rows were generated, and TPC-H has %,d at scale %s."
              .formatted(table, expected.rows(), specified, options.scale().toPlainString()));
    }
    Optional<String> difference =
        options
            .retries()
            .run(
                "comparing " + table,
                listener,
                stop,
                () -> {
                  stop.check();
                  return difference(table, expected, sent);
                });
    if (difference.isPresent()) {
      throw new DeploymentFailed(difference.get());
    }
    verified.put(table.name(), expected.rows());
    listener.message("%s: %,d rows, all as generated".formatted(table, expected.rows()));
  }

  private Optional<String> difference(
      BenchmarkTable table, Fingerprint expected, List<Chunk.Contents> sent)
      throws SQLException, InterruptedException {
    try (DataSession session = new DataSession(data, stop::requested)) {
      session.connection().setNetworkTimeout(Runnable::run, Math.toIntExact(LONGEST.toMillis()));
      Fingerprint found = settled(session, table, expected);
      if (found.equals(expected)) {
        return Optional.empty();
      }
      List<Long> firstKeys = sent.stream().map(Chunk.Contents::firstKey).toList();
      Map<Integer, Fingerprint> ranges =
          FingerprintQuery.ranges(session.connection(), table, firstKeys);
      return Optional.of(describe(table, expected, found) + chunks(table, sent, ranges));
    }
  }

  /** Another instance's rows come with the next synchronization. */
  private Fingerprint settled(DataSession session, BenchmarkTable table, Fingerprint expected)
      throws SQLException, InterruptedException {
    long deadline =
        System.nanoTime()
            + CheckedLoad.syncInterval(session.connection()).multipliedBy(INTERVALS).toNanos();
    Fingerprint found = FingerprintQuery.whole(session.connection(), table);
    while (found.rows() < expected.rows() && System.nanoTime() - deadline < 0) {
      session.connection().rollback();
      stop.pause(POLL);
      found = FingerprintQuery.whole(session.connection(), table);
    }
    return found;
  }

  private static String describe(BenchmarkTable table, Fingerprint expected, Fingerprint found) {
    List<String> lines = new ArrayList<>();
    if (found.rows() != expected.rows()) {
      lines.add("%,d rows instead of %,d".formatted(found.rows(), expected.rows()));
    }
    List<Column> numeric = table.columns().stream().filter(Column::numeric).toList();
    for (int i = 0; i < numeric.size(); i++) {
      if (!found.sums().get(i).equals(expected.sums().get(i))) {
        lines.add("another sum of " + numeric.get(i).name());
      }
    }
    if (found.hash() != expected.hash()) {
      lines.add("another hash of the rows");
    }
    return "Table " + table + " is not as generated: " + String.join(", ", lines) + ".";
  }

  private static String chunks(
      BenchmarkTable table, List<Chunk.Contents> sent, Map<Integer, Fingerprint> ranges) {
    List<String> differing = new ArrayList<>();
    int count = 0;
    for (int number = 1; number <= sent.size(); number++) {
      Chunk.Contents chunk = sent.get(number - 1);
      if (!chunk.fingerprint().equals(ranges.get(number)) && ++count <= MOST_CHUNKS_NAMED) {
        differing.add("%d to %d".formatted(chunk.firstKey(), chunk.lastKey()));
      }
    }
    if (differing.isEmpty()) {
      return "";
    }
    return " It differs where %s is from %s%s."
        .formatted(
            table.key(),
            String.join(", ", differing),
            count > differing.size()
                ? ", and in %d more chunks".formatted(count - differing.size())
                : "");
  }
}
