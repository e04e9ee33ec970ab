package org.pgdeeplake.benchmarks.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.postgres.LineItems;
import org.pgdeeplake.benchmarks.postgres.Psql;

/** A table in and out. */
final class Copy implements Scenario {
  @Override
  public String name() {
    return "copy";
  }

  @Override
  public String about() {
    return "psql's \\copy of TPC-H's lineitem (600,000 rows, 72 MB), from PostgreSQL and to it. Its"
        + " parsing of rows takes most of the time.";
  }

  @Override
  public boolean needsPostgres() {
    return true;
  }

  @Override
  public Duration estimate(Plan plan) {
    return plan.estimate(plan.peers().size(), plan.quick() ? 0.6 : 2.5).plusSeconds(5);
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    Path file = bench.newDirectory("lineitem").resolve("lineitem.tbl");
    bench.progress().step("generating lineitem");
    LineItems.write(file, bench.plan().quick() ? 0.01 : 0.1);
    int port = bench.postgres().port();
    Psql.succeed(
        port,
        "drop table if exists lineitem, lineitem_in",
        LineItems.create("lineitem"),
        LineItems.create("lineitem_in"),
        from("lineitem", file),
        "vacuum (freeze) lineitem");
    bench.interleave(
        bench.plan().peers(),
        port,
        Optional.empty(),
        (peer, _) -> {
          Transactions.warmUp(bench, peer);
          Psql.succeed(peer.port(), to("lineitem"));
        },
        (peer, round) -> {
          measure(bench, peer, round, "from PostgreSQL", file, to("lineitem"));
          measure(
              bench,
              peer,
              round,
              "to PostgreSQL",
              file,
              "begin",
              "truncate lineitem_in",
              from("lineitem_in", file),
              "commit");
        });
  }

  private static String from(String table, Path file) {
    return "\\copy %s from '%s' with (delimiter '|')".formatted(table, file);
  }

  private static String to(String table) {
    return "\\copy %s to '/dev/null' with (delimiter '|')".formatted(table);
  }

  private static void measure(
      Bench bench, RunningPeer peer, int round, String variant, Path file, String... commands)
      throws BenchFailed, InterruptedException {
    long before = peer.cpuMicros();
    double seconds = Psql.succeed(peer.port(), commands);
    long cpu = peer.cpuMicros() - before;
    double gigabytes = size(file) / 1e9;
    bench.record(variant, peer.name(), round, Figures.RATE, gigabytes / seconds);
    if (peer.child().isPresent()) {
      bench.record(variant, peer.name(), round, Figures.CPU_PER_GB, cpu / 1e6 / gigabytes);
    }
  }

  private static long size(Path file) throws BenchFailed {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new BenchFailed("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
