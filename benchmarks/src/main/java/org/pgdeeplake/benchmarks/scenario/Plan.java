package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import java.util.List;
import org.pgdeeplake.benchmarks.measure.Rounds;
import org.pgdeeplake.benchmarks.peer.Peer;

/**
 * How much is measured.
 *
 * @param quick whether everything is as short as it can be: to see that it works, not for figures
 * @param factor of every duration
 */
public record Plan(int rounds, long seed, boolean quick, double factor, List<Peer> peers) {
  private static final double QUICK_SECONDS = 1;

  /** How long one measurement takes, of one that usually takes {@code full} seconds. */
  public double seconds(double full) {
    return quick ? QUICK_SECONDS : Math.max(1, full * factor);
  }

  /** A size, or a small one. */
  public int size(int full, int quickly) {
    return quick ? quickly : full;
  }

  public List<Peer> able(Peer.Ability ability) {
    return peers.stream().filter(p -> p.can(ability)).toList();
  }

  Rounds roundsOf(String scenario) {
    // Its own orders, whichever scenarios ran before.
    return new Rounds(rounds, seed + scenario.hashCode());
  }

  /** For peers that are warmed up once, each measured for so long in each round. */
  Duration estimate(int count, double secondsPerRound) {
    double warm = seconds(Bench.WARM_UP) + 1.5;
    return Duration.ofMillis((long) (1000 * count * (warm + rounds * (secondsPerRound + 0.15))));
  }
}
