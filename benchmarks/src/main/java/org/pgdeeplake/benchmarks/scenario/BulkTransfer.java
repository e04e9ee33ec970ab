package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.Peer;

/** As many bytes as get through one session. */
final class BulkTransfer implements Scenario {
  private static final double SECONDS = 2;
  private static final List<String> WAYS = List.of("down", "up");

  @Override
  public String name() {
    return "bulk";
  }

  @Override
  public String about() {
    return "One session that moves messages of 64 MB, down (to the client) and up, against the load's"
        + " own server.";
  }

  @Override
  public boolean needsPostgres() {
    return false;
  }

  @Override
  public Duration estimate(Plan plan) {
    return plan.estimate(plan.able(Peer.Ability.RELAY).size(), WAYS.size() * plan.seconds(SECONDS));
  }

  @Override
  public void run(Bench bench) throws BenchFailed, InterruptedException {
    bench.interleave(
        bench.plan().able(Peer.Ability.RELAY),
        bench.echoPort(),
        Optional.empty(),
        (peer, _) -> RawLoad.warmUp(bench, peer, RawLoad.Security.PLAIN),
        (peer, round) -> {
          for (String way : WAYS) {
            RawLoad.transfer(
                bench,
                peer,
                round,
                way,
                RawLoad.Security.PLAIN,
                way,
                bench.plan().seconds(SECONDS));
          }
        });
  }
}
