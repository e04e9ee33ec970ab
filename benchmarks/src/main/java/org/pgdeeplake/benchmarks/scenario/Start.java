package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.postgres.FirstRow;
import org.pgdeeplake.benchmarks.process.ProcessAccounts;

/** From nothing to the first session. */
final class Start implements Scenario {
  private static final Metric FIRST_SESSION = Metric.lower("first session", "ms");
  private static final Metric CPU = Metric.lower("CPU", "ms");
  private static final Metric READY = Metric.fact("ready", "ms");
  private static final Metric RESIDENT = Metric.lower("resident", "MB");

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String about() {
    return "From the start of the process until a session has got its first answer from the load's own"
        + " server, and what that has cost by then. Ours is started by bin/pg-proxy, whose shell is"
        + " in it. ready: until the warm-up is over and it says so at its admin address; it serves"
        + " clients before.";
  }

  @Override
  public boolean needsPostgres() {
    return false;
  }

  private static List<Peer> processes(Plan plan) {
    return plan.peers().stream().filter(p -> p.can(Peer.Ability.PROCESS)).toList();
  }

  @Override
  public Duration estimate(Plan plan) {
    return Duration.ofMillis(1500L * plan.rounds() * processes(plan).size());
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    int echoPort = bench.echoPort();
    bench.interleaveCold(
        processes(bench.plan()),
        (peer, round) -> {
          long began = System.nanoTime();
          try (RunningPeer running = bench.launch(peer, echoPort, Optional.empty())) {
            long at = FirstRow.session(running.port());
            ProcessAccounts accounts = running.accounts();
            bench.record("process", peer.name(), round, FIRST_SESSION, (at - began) / 1e6);
            bench.record("process", peer.name(), round, CPU, accounts.cpuMicros() / 1e3);
            bench.record("process", peer.name(), round, RESIDENT, accounts.rssKib() * 1024 / 1e6);
            if (peer.can(Peer.Ability.OURS)) {
              running.awaitReady();
              bench.record("process", peer.name(), round, READY, (System.nanoTime() - began) / 1e6);
            }
          }
        });
  }
}
