package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;

/** Many clients. */
final class Throughput implements Scenario {
  private static final double SECONDS = 3;

  @Override
  public String name() {
    return "throughput";
  }

  @Override
  public String about() {
    return "pgbench -S -M simple with more clients than processors: the machine is full, so what a"
        + " peer costs is missing in transactions. Processor time without that of the clients'"
        + " connections.";
  }

  private static List<Integer> clients(Plan plan) {
    return plan.quick() ? List.of(16) : List.of(16, 64, 256);
  }

  @Override
  public boolean needsPostgres() {
    return true;
  }

  @Override
  public Duration estimate(Plan plan) {
    return plan.estimate(plan.peers().size(), clients(plan).size() * (plan.seconds(SECONDS) + 0.3));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    bench.interleave(
        bench.plan().peers(),
        bench.postgres().port(),
        Optional.empty(),
        (peer, _) -> Transactions.warmUp(bench, peer),
        (peer, round) -> {
          for (int clients : clients(bench.plan())) {
            Transactions.measure(bench, peer, round, clients, bench.plan().seconds(SECONDS));
          }
        });
  }
}
