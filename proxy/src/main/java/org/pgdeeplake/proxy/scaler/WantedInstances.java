package org.pgdeeplake.proxy.scaler;

import org.pgdeeplake.proxy.config.ScalerConfig;
import org.pgdeeplake.proxy.demand.Load;

/**
 * How many instances a load wants.
 *
 * @param min while there is any demand
 * @param max at least {@code min}
 */
record WantedInstances(int sessionsPerInstance, int min, int max) {
  /**
   * What is taken off where fewer are wanted than there are: HPA leaves things as they are within
   * 10 % of its target, so that 9 of 10 would never come about. It rounds up, so that 8.1 of 10 are
   * 9; from 19 instances on the last step of one is within the 10 % all the same.
   */
  private static final double BEYOND_TOLERANCE = 0.9;

  /**
   * @param servers of the backend
   */
  static WantedInstances of(ScalerConfig config, int servers) {
    int max = config.maxInstances() == 0 ? servers : config.maxInstances();
    return new WantedInstances(
        config.sessionsPerInstance(), config.minInstances(), Math.max(max, config.minInstances()));
  }

  /** For the load alone, wherever its sessions are; 0 without demand. */
  int enough(Load load) {
    if (load.demand() == 0) {
      return 0;
    }
    return bounded(Math.ceilDiv(load.busy() + load.waiting(), sessionsPerInstance));
  }

  /**
   * So many that no instance goes which somebody is on; 0 without demand.
   *
   * @param highest position that has a counted session or may get one at any moment; -1: none
   */
  int safe(Load load, int highest) {
    return load.demand() == 0 ? 0 : bounded(Math.max(enough(load), highest + 1));
  }

  private int bounded(int instances) {
    return Math.min(Math.max(instances, Math.max(min, 1)), max);
  }

  /**
   * As the value of a metric whose target is 1 for each instance.
   *
   * @param present how many there are
   */
  static double published(int wanted, int present) {
    return wanted > 0 && wanted < present ? wanted - BEYOND_TOLERANCE : wanted;
  }
}
