package org.pgdeeplake.benchmarks.scenario;

import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.RunningPeer;

/**
 * The load before a peer's first measurement: until it costs no less than before, since Java
 * compiles what runs often while it runs.
 */
final class Warming {
  private static final double SLICE_SECONDS = 2;

  /** Where it gets cheaper and cheaper, it is measured all the same. */
  private static final double MOST_SECONDS = 40;

  /** What is less of a difference is noise. */
  private static final double CHEAPER = 0.95;

  /** So many slices in a row that are not cheaper than the best before. */
  private static final int STILL = 3;

  private Warming() {}

  /** A load for a time. */
  interface Load {
    /**
     * @return how much it did
     */
    double run(double seconds) throws BenchFailed, InterruptedException;
  }

  static void up(Bench bench, RunningPeer peer, Load load)
      throws BenchFailed, InterruptedException {
    Plan plan = bench.plan();
    double slice = plan.seconds(SLICE_SECONDS);
    if (plan.quick() || !peer.peer().can(Peer.Ability.PROCESS)) {
      load.run(slice);
      return;
    }
    double best = Double.MAX_VALUE;
    int still = 0;
    for (double spent = 0; spent < plan.seconds(MOST_SECONDS) && still < STILL; spent += slice) {
      long before = peer.cpuMicros();
      double done = load.run(slice);
      double cost = (peer.cpuMicros() - before) / Math.max(1, done);
      still = cost < CHEAPER * best ? 0 : still + 1;
      best = Math.min(best, cost);
    }
  }
}
