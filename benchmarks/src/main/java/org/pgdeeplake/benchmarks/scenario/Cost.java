package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.Ours;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.process.Ports;

/** How cost grows with what there is: straight or flat, or something is wrong. */
final class Cost implements Scenario {
  private static final Metric MEMORY = Metric.lower("memory", "MB");
  private static final Metric AT_REST = Metric.lower("CPU at rest", "ms/s");
  private static final double QUIET_SECONDS = 2;
  private static final double CHURN_SECONDS = 1.5;
  private static final long WINDOW_MILLIS = 500;
  private static final int MAX_WINDOWS = 20;

  /** Of one processor: more than 1,000 servers' checks need. */
  private static final double SETTLED = 0.3;

  @Override
  public String name() {
    return "cost";
  }

  @Override
  public String about() {
    return "Ours with epoll, against the number of idle sessions, of servers (all of them the load's"
        + " own, each checked every 2 s) and of clients that wait for a server. memory: proportional"
        + " set size. CPU at rest: processor time for each second in which nobody does anything."
        + " CPU/conn: of a connection as in churn, raw, that comes beside them.";
  }

  @Override
  public boolean needsPostgres() {
    return false;
  }

  private static List<Integer> sessions(Plan plan) {
    return plan.quick() ? List.of(1, 50) : List.of(1, 1_000, 3_000, 6_000, 9_500);
  }

  private static List<Integer> servers(Plan plan) {
    return plan.quick() ? List.of(1, 20) : List.of(1, 100, 300, 1_000);
  }

  private static List<Integer> waiters(Plan plan) {
    return plan.quick() ? List.of(1, 50) : List.of(1, 1_000, 3_000, 6_000, 10_000);
  }

  private static List<Ours> ours(Plan plan) {
    return plan.peers().stream()
        .filter(Ours.class::isInstance)
        .map(Ours.class::cast)
        .filter(one -> one.transport().equals("epoll"))
        .toList();
  }

  @Override
  public Duration estimate(Plan plan) {
    double each = plan.seconds(QUIET_SECONDS) + plan.seconds(CHURN_SECONDS) + 1;
    double starts = plan.seconds(Bench.WARM_UP) + 4;
    double once =
        (sessions(plan).size() + servers(plan).size() + waiters(plan).size()) * each
            + (2 + servers(plan).size()) * starts;
    return Duration.ofMillis((long) (1000 * once * plan.rounds() * ours(plan).size()));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    List<Peer> all = List.copyOf(ours(bench.plan()));
    bench.interleaveCold(
        all,
        (peer, round) -> {
          sessions(bench, peer, round);
          waiters(bench, peer, round);
          for (int count : servers(bench.plan())) {
            Ours with = ((Ours) peer).withServers(count);
            try (RunningPeer running = bench.start(with, bench.echoPort(), Optional.empty())) {
              RawLoad.warmUp(bench, running, RawLoad.Security.PLAIN);
              atRest(bench, running, round, "servers " + count);
              churn(bench, running, round, "servers " + count);
            }
          }
        });
  }

  private static void sessions(Bench bench, Peer peer, int round)
      throws BenchFailed, InterruptedException {
    try (RunningPeer running = bench.start(peer, bench.echoPort(), Optional.empty())) {
      RawLoad.warmUp(bench, running, RawLoad.Security.PLAIN);
      int open = 0;
      for (int count : sessions(bench.plan())) {
        bench
            .client()
            .ask(
                "hold port=%d count=%d width=128 until=ready"
                    .formatted(running.port(), count - open));
        bench.client().ask("settle seconds=60");
        open = count;
        atRest(bench, running, round, "sessions " + count);
        churn(bench, running, round, "sessions " + count);
      }
    } finally {
      bench.client().ask("release");
    }
  }

  private static void waiters(Bench bench, Peer peer, int round)
      throws BenchFailed, InterruptedException {
    // Nobody listens there.
    try (RunningPeer running = bench.start(peer, Ports.free(), Optional.empty());
        Admin admin = new Admin(running)) {
      int held = 0;
      for (int count : waiters(bench.plan())) {
        bench
            .client()
            .ask(
                "hold port=%d count=%d width=128 until=connected"
                    .formatted(running.port(), count - held));
        admin.awaitWaiting(count);
        held = count;
        atRest(bench, running, round, "waiters " + count);
      }
    } finally {
      bench.client().ask("release");
    }
  }

  private static void atRest(Bench bench, RunningPeer peer, int round, String variant)
      throws BenchFailed, InterruptedException {
    double seconds = bench.plan().seconds(QUIET_SECONDS);
    settle(peer);
    long before = peer.cpuMicros();
    long began = System.nanoTime();
    TimeUnit.MILLISECONDS.sleep((long) (1000 * seconds));
    double took = (System.nanoTime() - began) / 1e9;
    bench.record(variant, peer.name(), round, AT_REST, (peer.cpuMicros() - before) / 1e3 / took);
    bench.record(variant, peer.name(), round, MEMORY, peer.accounts().pssKib() * 1024 / 1e6);
  }

  /** Compilers of the JVM go on for seconds after the load that they compile for. */
  private static void settle(RunningPeer peer) throws InterruptedException {
    for (int i = 0; i < MAX_WINDOWS; i++) {
      long before = peer.cpuMicros();
      TimeUnit.MILLISECONDS.sleep(WINDOW_MILLIS);
      double share = (peer.cpuMicros() - before) / 1e3 / WINDOW_MILLIS;
      if (i > 0 && share < SETTLED) {
        return;
      }
    }
  }

  private static void churn(Bench bench, RunningPeer peer, int round, String variant)
      throws BenchFailed, InterruptedException {
    double cost = RawLoad.connectionCost(bench, peer, bench.plan().seconds(CHURN_SECONDS));
    bench.record(variant, peer.name(), round, Figures.CPU_PER_CONNECTION, cost);
  }
}
