package org.pgdeeplake.benchmarks.scenario;

import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.postgres.PgBench;

/** One measurement with pgbench -S. */
final class Transactions {
  /** Enough at once to keep both loops of a peer busy. */
  private static final int WARM_CLIENTS = 16;

  private Transactions() {}

  static void warmUp(Bench bench, RunningPeer peer) throws BenchFailed, InterruptedException {
    Warming.up(
        bench, peer, seconds -> PgBench.select(peer.port(), WARM_CLIENTS, seconds).transactions());
  }

  /** What the clients' connections cost is measured by itself, and taken off. */
  static void measure(Bench bench, RunningPeer peer, int round, int clients, double seconds)
      throws BenchFailed, InterruptedException {
    long start = peer.cpuMicros();
    long once = PgBench.once(peer.port(), clients).transactions();
    long before = peer.cpuMicros();
    PgBench.Result result = PgBench.select(peer.port(), clients, seconds);
    long cpu = peer.cpuMicros() - before - (before - start);
    String variant = "c=" + clients;
    bench.record(variant, peer.name(), round, Figures.TPS, result.tps());
    bench.record(variant, peer.name(), round, Figures.LATENCY, 1000 * result.latencyMillis());
    if (peer.child().isPresent()) {
      double perTransaction = (double) cpu / (result.transactions() - once);
      bench.record(variant, peer.name(), round, Figures.CPU_PER_TX, perTransaction);
    }
  }
}
