package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.postgres.PgBench;

/** Connections that live for one exchange. */
final class ConnectionChurn implements Scenario {
  private static final double RAW_SECONDS = 2;
  private static final double POSTGRES_SECONDS = 3;
  private static final int CLIENTS = 8;

  @Override
  public String name() {
    return "churn";
  }

  @Override
  public String about() {
    return "Connect, one exchange, close; eight at once. raw: a StartupMessage and its answer, against"
        + " the load's own server, so that the peer is what limits. postgresql: pgbench -C -S, where"
        + " PostgreSQL's fork takes most of the time; PgBouncer gives its clients sessions that it"
        + " has already and is not comparable there.";
  }

  @Override
  public boolean needsPostgres() {
    return true;
  }

  @Override
  public Duration estimate(Plan plan) {
    Duration raw = plan.estimate(plan.able(Peer.Ability.RELAY).size(), plan.seconds(RAW_SECONDS));
    return raw.plus(plan.estimate(plan.peers().size(), plan.seconds(POSTGRES_SECONDS)));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    Plan plan = bench.plan();
    bench.interleave(
        plan.able(Peer.Ability.RELAY),
        bench.echoPort(),
        Optional.empty(),
        (peer, _) -> RawLoad.warmUp(bench, peer, RawLoad.Security.PLAIN),
        (peer, round) ->
            RawLoad.connections(
                bench, peer, round, "raw", RawLoad.Security.PLAIN, plan.seconds(RAW_SECONDS)));
    bench.interleave(
        plan.peers(),
        bench.postgres().port(),
        Optional.empty(),
        (peer, _) ->
            Warming.up(
                bench,
                peer,
                seconds -> PgBench.connect(peer.port(), CLIENTS, seconds).transactions()),
        (peer, round) -> real(bench, peer, round));
  }

  private static void real(Bench bench, RunningPeer peer, int round)
      throws BenchFailed, InterruptedException {
    long before = peer.cpuMicros();
    var result = PgBench.connect(peer.port(), CLIENTS, bench.plan().seconds(POSTGRES_SECONDS));
    long cpu = peer.cpuMicros() - before;
    bench.record("postgresql", peer.name(), round, Figures.CONNECTIONS, result.tps());
    if (peer.child().isPresent()) {
      bench.record(
          "postgresql",
          peer.name(),
          round,
          Figures.CPU_PER_CONNECTION,
          (double) cpu / result.transactions());
    }
  }
}
