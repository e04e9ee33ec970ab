package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.postgres.FirstRow;
import org.pgdeeplake.benchmarks.postgres.Psql;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;

/** PostgreSQL does not run, and somebody asks. */
final class Wake implements Scenario {
  private static final String RUNS = "PostgreSQL runs";
  private static final String WOKEN = "kept data directory";
  private static final Metric PSQL = Metric.lower("psql", "ms");
  private static final Metric SERVER = Metric.fact("of that PostgreSQL's start", "ms");
  private static final Metric OVER_DIRECT = Metric.lower("over direct", "ms");
  private static final String QUERY = "select 1";
  private static final int DIRECT_TRIES = 5;

  @Override
  public String name() {
    return "wake";
  }

  @Override
  public String about() {
    return "psql -c 'select 1', from its start to its end. First while PostgreSQL runs. Then while it is"
        + " stopped with its data directory kept, and something starts it as soon as the proxy's"
        + " stream of the demand tells of any: the user sees nothing but the time. over direct: from"
        + " a ready PostgreSQL to the first row of a client that has been waiting, less what a direct"
        + " connect, login and query take. What others do in place of that is below the tables.";
  }

  @Override
  public boolean needsPostgres() {
    return true;
  }

  @Override
  public Duration estimate(Plan plan) {
    long holders = plan.able(Peer.Ability.HOLD).size();
    long others = plan.peers().size() - holders;
    return Duration.ofMillis(
        plan.rounds() * (holders * 2500 + others * 300) + others * 1000 * plan.size(10, 3));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    try (ThrowawayPostgres postgres =
        ThrowawayPostgres.create(bench.newDirectory("postgresql"), 100)) {
      postgres.start();
      bench.interleave(
          bench.plan().peers(),
          postgres.port(),
          Optional.empty(),
          (peer, _) -> Psql.succeed(peer.port(), QUERY),
          (peer, round) -> measure(bench, postgres, peer, round));
      others(bench, postgres);
    }
  }

  private static void measure(Bench bench, ThrowawayPostgres postgres, RunningPeer peer, int round)
      throws BenchFailed, InterruptedException {
    bench.record(RUNS, peer.name(), round, PSQL, 1e3 * Psql.succeed(peer.port(), QUERY));
    if (!peer.peer().can(Peer.Ability.HOLD)) {
      return;
    }
    double direct = direct(postgres.port());
    postgres.stop();
    Started forPsql = new Started(postgres, peer);
    double seconds = Psql.succeed(peer.port(), QUERY);
    Times times = forPsql.await();
    bench.record(WOKEN, peer.name(), round, PSQL, 1e3 * seconds);
    bench.record(WOKEN, peer.name(), round, SERVER, (times.ready() - times.demand()) / 1e6);
    postgres.stop();
    Started forRow = new Started(postgres, peer);
    long row = FirstRow.await(peer.port());
    bench.record(
        WOKEN, peer.name(), round, OVER_DIRECT, (row - forRow.await().ready()) / 1e6 - direct);
  }

  /** In milliseconds; the fastest, as others would credit the proxy with the machine's hiccups. */
  private static double direct(int port) throws BenchFailed {
    double best = Double.MAX_VALUE;
    for (int i = 0; i < DIRECT_TRIES; i++) {
      long began = System.nanoTime();
      best = Math.min(best, (FirstRow.await(port) - began) / 1e6);
    }
    return best;
  }

  /** In nanoseconds of {@link System#nanoTime}. */
  private record Times(long demand, long ready) {}

  /** Starts PostgreSQL at the first demand, as whoever follows the stream does. */
  private static final class Started {
    private final FutureTask<Times> task;

    Started(ThrowawayPostgres postgres, RunningPeer peer) {
      Callable<Times> start =
          () -> {
            try (Admin admin = new Admin(peer)) {
              admin.awaitDemand();
            }
            long demand = System.nanoTime();
            postgres.launch();
            return new Times(demand, postgres.awaitReady());
          };
      task = new FutureTask<>(start);
      Thread.ofVirtual().name("starter").start(task);
    }

    Times await() throws BenchFailed, InterruptedException {
      try {
        return task.get();
      } catch (ExecutionException e) {
        throw new BenchFailed("PostgreSQL was not started: " + e.getCause(), e);
      }
    }
  }

  /** With what words they give up. */
  private static void others(Bench bench, ThrowawayPostgres postgres)
      throws BenchFailed, InterruptedException {
    List<Peer> others =
        bench.plan().peers().stream().filter(p -> !p.can(Peer.Ability.HOLD)).toList();
    postgres.stop();
    for (Peer peer : others) {
      bench.progress().step("PostgreSQL is stopped, " + peer.name());
      int limit = bench.plan().size(10, 3);
      try (RunningPeer running = bench.start(peer, postgres.port(), Optional.empty())) {
        Psql.Result result = Psql.run(running.port(), limit, QUERY);
        String words =
            result.code() == 124
                ? "still waits after %d s".formatted(limit)
                : "%.0f ms, exit code %d: %s"
                    .formatted(1e3 * result.seconds(), result.code(), result.output());
        bench.note("psql while PostgreSQL is stopped, " + peer.name(), words);
      }
    }
  }
}
