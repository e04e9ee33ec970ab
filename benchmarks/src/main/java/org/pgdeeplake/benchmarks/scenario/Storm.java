package org.pgdeeplake.benchmarks.scenario;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;

/** Everybody connects at once. */
final class Storm implements Scenario {
  private static final Metric OPEN = Metric.lower("all open", "s");
  private static final Metric DROPPED = Metric.fact("SYN dropped", "");

  @Override
  public String name() {
    return "storm";
  }

  @Override
  public String about() {
    return "5,000 clients connect at once to a process that was started for them and is ready. all"
        + " open: from the first attempt until the last session has its first answer from the load's"
        + " own server. SYN dropped: connections that the kernel of this machine turned away"
        + " meanwhile because an accept queue was full (TcpExt ListenDrops); each costs its client"
        + " 1 s.";
  }

  @Override
  public boolean needsPostgres() {
    return false;
  }

  private static List<Peer> peers(Plan plan) {
    return plan.able(Peer.Ability.RELAY);
  }

  @Override
  public Duration estimate(Plan plan) {
    return Duration.ofSeconds((plan.quick() ? 3L : 6L) * plan.rounds() * peers(plan).size());
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    bench.interleaveCold(peers(bench.plan()), (peer, round) -> measure(bench, peer, round));
  }

  private static void measure(Bench bench, Peer peer, int round)
      throws BenchFailed, InterruptedException {
    int count = bench.plan().size(5_000, 200);
    try (RunningPeer running = bench.start(peer, bench.echoPort(), Optional.empty())) {
      long droppedBefore = listenDrops();
      long began = System.nanoTime();
      bench
          .client()
          .ask(
              "hold port=%d count=%d width=%d until=ready".formatted(running.port(), count, count));
      var answer = bench.client().ask("settle seconds=60");
      long dropped = listenDrops() - droppedBefore;
      if (answer.number("undone") > 0) {
        throw new BenchFailed(
            "%s: %.0f of %d sessions could not be opened"
                .formatted(peer.name(), answer.number("undone"), count));
      }
      double seconds = (answer.number("last") - began) / 1e9;
      String variant = Integer.toString(count);
      bench.record(variant, peer.name(), round, OPEN, seconds);
      bench.record(variant, peer.name(), round, DROPPED, (double) dropped);
    } finally {
      bench.client().ask("release");
    }
  }

  /** Of /proc/net/netstat, whose lines come in pairs: names, values. */
  private static long listenDrops() throws BenchFailed {
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc/net/netstat"));
      for (int i = 0; i + 1 < lines.size(); i += 2) {
        List<String> names = List.of(lines.get(i).split(" ", -1));
        int at = names.indexOf("ListenDrops");
        if (at >= 0) {
          return Long.parseLong(lines.get(i + 1).split(" ", -1)[at]);
        }
      }
      throw new BenchFailed("/proc/net/netstat has no ListenDrops");
    } catch (IOException e) {
      throw new BenchFailed("cannot read /proc/net/netstat: " + e.getMessage(), e);
    }
  }
}
