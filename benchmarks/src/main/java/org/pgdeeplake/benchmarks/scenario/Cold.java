package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.peer.Direct;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.postgres.PgBench;

/** What a process that has just been started costs more than later. */
final class Cold implements Scenario {
  private static final double COLD_SECONDS = 10;

  /** Between the two measurements, of the same load. */
  private static final double BETWEEN_SECONDS = 3;

  private static final double WARM_SECONDS = 3;
  private static final int CLIENTS = 16;
  private static final Metric COLD = Metric.lower("first 10 s", "µs");
  private static final Metric WARM = Metric.lower("warm", "µs");
  private static final Metric RATIO = Metric.lower("cold over warm", "");

  @Override
  public String name() {
    return "cold";
  }

  @Override
  public String about() {
    return "Processor time for a connection (as in churn, raw) and for a transaction (as in throughput,"
        + " c=16) in the first 10 s after it is ready (its warm-up is over then), and for the same from the 13th to the 16th"
        + " second of the same process. Only ours: the others have nothing to warm up.";
  }

  @Override
  public boolean needsPostgres() {
    return true;
  }

  private static List<Peer> ours(Plan plan) {
    return plan.able(Peer.Ability.OURS);
  }

  private static double seconds(Plan plan) {
    return plan.seconds(COLD_SECONDS) + plan.seconds(BETWEEN_SECONDS) + plan.seconds(WARM_SECONDS);
  }

  @Override
  public Duration estimate(Plan plan) {
    double once = 2 * (seconds(plan) + 1.5);
    return Duration.ofMillis((long) (1000 * once * plan.rounds() * ours(plan).size()));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    int postgres = bench.postgres().port();
    int echo = bench.echoPort();
    // The client has its own JIT, which must not be part of the first figure.
    try (RunningPeer direct = bench.start(new Direct(), echo, Optional.empty())) {
      RawLoad.warmUp(bench, direct, RawLoad.Security.PLAIN);
    }
    bench.interleaveCold(
        ours(bench.plan()),
        (peer, round) -> {
          try (RunningPeer running = bench.start(peer, echo, Optional.empty())) {
            measure(bench, running, round, "connections", Cold::connections);
          }
          try (RunningPeer running = bench.start(peer, postgres, Optional.empty())) {
            measure(bench, running, round, "transactions", Cold::transactions);
          }
        });
  }

  /** A load for a time; what it did, and what that cost the peer, in microseconds each. */
  private interface Load {
    double cost(Bench bench, RunningPeer peer, double seconds)
        throws BenchFailed, InterruptedException;
  }

  private static double connections(Bench bench, RunningPeer peer, double seconds)
      throws BenchFailed, InterruptedException {
    return RawLoad.connectionCost(bench, peer, seconds);
  }

  private static double transactions(Bench bench, RunningPeer peer, double seconds)
      throws BenchFailed, InterruptedException {
    long before = peer.cpuMicros();
    long done = PgBench.select(peer.port(), CLIENTS, seconds).transactions();
    return (double) (peer.cpuMicros() - before) / done;
  }

  private static void measure(Bench bench, RunningPeer peer, int round, String variant, Load load)
      throws BenchFailed, InterruptedException {
    Plan plan = bench.plan();
    double cold = load.cost(bench, peer, plan.seconds(COLD_SECONDS));
    load.cost(bench, peer, plan.seconds(BETWEEN_SECONDS));
    double warm = load.cost(bench, peer, plan.seconds(WARM_SECONDS));
    bench.record(variant, peer.name(), round, COLD, cold);
    bench.record(variant, peer.name(), round, WARM, warm);
    bench.record(variant, peer.name(), round, RATIO, cold / warm);
  }
}
