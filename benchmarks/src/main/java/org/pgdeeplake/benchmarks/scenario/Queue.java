package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.load.Answer;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.Direct;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;
import org.pgdeeplake.benchmarks.process.Ports;

/** Many wait, then a server appears. */
final class Queue implements Scenario {
  private static final Metric FIRST = Metric.lower("first", "s");
  private static final Metric DRAIN = Metric.lower("drain", "s");
  private static final Metric SERVED = Metric.higher("served", "1/s");
  private static final String POSTGRES = " postgresql";

  @Override
  public String name() {
    return "queue";
  }

  @Override
  public String about() {
    return "So many clients wait at a process that was started for them, and no server listens; then one"
        + " does. first: until the first client is served. drain: until the last one is. Both begin"
        + " with the first connection that the load's own server sees (echo), or when PostgreSQL has"
        + " written that it is ready (postgresql). direct: as many clients that connect to a ready"
        + " PostgreSQL at once. Other peers keep nobody waiting.";
  }

  @Override
  public boolean needsPostgres() {
    return true;
  }

  private static List<Integer> counts(Plan plan) {
    return plan.quick() ? List.of(100) : List.of(1_000, 5_000);
  }

  private static int postgresCount(Plan plan) {
    return plan.size(1_000, 50);
  }

  @Override
  public Duration estimate(Plan plan) {
    double once = plan.quick() ? 6 : 18;
    return Duration.ofMillis(
        (long) (1000 * once * plan.rounds() * plan.able(Peer.Ability.HOLD).size()));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    List<Peer> peers = bench.plan().able(Peer.Ability.HOLD);
    for (int count : counts(bench.plan())) {
      bench.interleaveCold(peers, (peer, round) -> echo(bench, peer, round, count));
    }
    try (ThrowawayPostgres postgres =
        ThrowawayPostgres.create(
            bench.newDirectory("postgresql"), postgresCount(bench.plan()) + 20)) {
      List<Peer> all = new ArrayList<>(peers);
      all.add(new Direct());
      bench.interleaveCold(all, (peer, round) -> real(bench, postgres, peer, round));
    }
  }

  private static void echo(Bench bench, Peer peer, int round, int count)
      throws BenchFailed, InterruptedException {
    int port = Ports.free();
    try (RunningPeer running = bench.start(peer, port, Optional.empty())) {
      hold(bench, running, count);
      bench.server().ask("listen port=" + port);
      Answer served = bench.client().ask("settle seconds=90");
      double appeared = bench.server().ask("first port=" + port).number("at");
      record(bench, peer, round, count, count + " echo", appeared, served);
    } finally {
      bench.client().ask("release");
      bench.server().ask("close port=" + port);
    }
  }

  private static void real(Bench bench, ThrowawayPostgres postgres, Peer peer, int round)
      throws BenchFailed, InterruptedException {
    int count = postgresCount(bench.plan());
    boolean holds = peer.can(Peer.Ability.HOLD);
    try (RunningPeer running = bench.start(peer, postgres.port(), Optional.empty())) {
      double appeared;
      if (holds) {
        hold(bench, running, count);
        postgres.launch();
        appeared = postgres.awaitReady();
      } else {
        postgres.start();
        appeared = System.nanoTime();
        begin(bench, running, count);
      }
      Answer served = bench.client().ask("settle seconds=90");
      record(bench, peer, round, count, count + POSTGRES, appeared, served);
    } finally {
      bench.client().ask("release");
      postgres.stop();
    }
  }

  private static void begin(Bench bench, RunningPeer peer, int count)
      throws BenchFailed, InterruptedException {
    bench
        .client()
        .ask("hold port=%d count=%d width=256 until=connected".formatted(peer.port(), count));
  }

  private static void hold(Bench bench, RunningPeer peer, int count)
      throws BenchFailed, InterruptedException {
    begin(bench, peer, count);
    try (Admin admin = new Admin(peer)) {
      admin.awaitWaiting(count);
    }
  }

  private static void record(
      Bench bench, Peer peer, int round, int count, String variant, double appeared, Answer served)
      throws BenchFailed {
    long failed = served.count("undone");
    if (failed > 0) {
      throw new BenchFailed(
          "%s: %d of %d clients were not served".formatted(peer.name(), failed, count));
    }
    double drain = (served.number("last") - appeared) / 1e9;
    bench.record(variant, peer.name(), round, FIRST, (served.number("first") - appeared) / 1e9);
    bench.record(variant, peer.name(), round, DRAIN, drain);
    bench.record(variant, peer.name(), round, SERVED, count / drain);
  }
}
