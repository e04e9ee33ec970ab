package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.peer.Admin;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;
import org.pgdeeplake.benchmarks.peer.Scrape;
import org.pgdeeplake.benchmarks.process.Jcmd;

/** What sessions cost that do nothing. */
final class Idle implements Scenario {
  private static final Metric MEMORY = Metric.lower("memory", "MB");
  private static final Metric PER_SESSION = Metric.lower("per session", "KiB");
  private static final Metric HEAP = Metric.fact("heap live", "MB");
  private static final Metric DIRECT = Metric.fact("direct buffers", "MB");
  private static final Metric REST = Metric.fact("rest", "MB");
  private static final double MEGABYTE = 1e6;

  /** After the last session was opened, for what is being freed. */
  private static final Duration SETTLE = Duration.ofMillis(500);

  @Override
  public String name() {
    return "idle";
  }

  @Override
  public String about() {
    return "Sessions that are open and silent, in a process that was started for them; 9,500 is what"
        + " 20,000 files of one process allow. Every session has begun with a StartupMessage and the"
        + " server's whole answer up to ReadyForQuery, from the load's own server: for ours they are"
        + " sessions like any other, for others bytes. memory: proportional set size of all"
        + " processes. per session: what came on top of the process without sessions. heap live:"
        + " after a collection that was asked for at the end. rest: everything else of the memory,"
        + " such as garbage on the heap, code, and the JVM's own.";
  }

  private static List<Integer> counts(Plan plan) {
    return plan.quick() ? List.of(100) : List.of(1_000, 5_000, 9_500);
  }

  @Override
  public boolean needsPostgres() {
    return false;
  }

  @Override
  public Duration estimate(Plan plan) {
    double once = plan.quick() ? 4 : 11;
    return Duration.ofMillis((long) (1000 * once * plan.rounds() * processes(plan).size()));
  }

  private static List<Peer> processes(Plan plan) {
    return plan.able(Peer.Ability.RELAY).stream().filter(p -> p.can(Peer.Ability.PROCESS)).toList();
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    bench.interleaveCold(processes(bench.plan()), (peer, round) -> measure(bench, peer, round));
  }

  private static void measure(Bench bench, Peer peer, int round)
      throws BenchFailed, InterruptedException {
    try (RunningPeer running = bench.start(peer, bench.echoPort(), Optional.empty())) {
      long base = running.accounts().pssKib();
      bench.record("none", peer.name(), round, MEMORY, base * 1024 / MEGABYTE);
      int open = 0;
      long last = base;
      for (int count : counts(bench.plan())) {
        open(bench, running, count - open);
        open = count;
        TimeUnit.MILLISECONDS.sleep(SETTLE.toMillis());
        last = running.accounts().pssKib();
        String variant = Integer.toString(count);
        bench.record(variant, peer.name(), round, MEMORY, last * 1024 / MEGABYTE);
        bench.record(variant, peer.name(), round, PER_SESSION, (double) (last - base) / count);
      }
      if (peer.can(Peer.Ability.OURS)) {
        split(bench, running, round, Integer.toString(open), last * 1024 / MEGABYTE);
      }
      bench.client().ask("release");
    }
  }

  private static void open(Bench bench, RunningPeer peer, int more)
      throws BenchFailed, InterruptedException {
    bench.client().ask("hold port=%d count=%d width=128 until=ready".formatted(peer.port(), more));
    var answer = bench.client().ask("settle seconds=60");
    if (answer.number("undone") > 0) {
      throw new BenchFailed(
          "%s: %.0f of %d sessions could not be opened"
              .formatted(peer.name(), answer.number("undone"), more));
    }
  }

  private static void split(Bench bench, RunningPeer peer, int round, String variant, double memory)
      throws BenchFailed, InterruptedException {
    if (!Jcmd.present()) {
      return;
    }
    Jcmd.collect(peer.child().orElseThrow());
    try (Admin admin = new Admin(peer)) {
      Scrape scrape = admin.scrape();
      double heap = scrape.sum("jvm_memory_used_bytes", "area=\"heap\"") / MEGABYTE;
      double direct = scrape.sum("jvm_buffer_memory_used_bytes", "id=\"direct\"") / MEGABYTE;
      bench.record(variant, peer.name(), round, HEAP, heap);
      bench.record(variant, peer.name(), round, DIRECT, direct);
      bench.record(variant, peer.name(), round, REST, memory - heap - direct);
    }
  }
}
