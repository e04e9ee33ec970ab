package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;

/** One client. */
final class Latency implements Scenario {
  private static final double SECONDS = 3;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String about() {
    return "pgbench -S -M simple with one client: how long a transaction takes, and what it costs the"
        + " peer.";
  }

  @Override
  public boolean needsPostgres() {
    return true;
  }

  @Override
  public Duration estimate(Plan plan) {
    return plan.estimate(plan.peers().size(), plan.seconds(SECONDS));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    bench.interleave(
        bench.plan().peers(),
        bench.postgres().port(),
        Optional.empty(),
        (peer, _) -> Transactions.warmUp(bench, peer),
        (peer, round) ->
            Transactions.measure(bench, peer, round, 1, bench.plan().seconds(SECONDS)));
  }
}
