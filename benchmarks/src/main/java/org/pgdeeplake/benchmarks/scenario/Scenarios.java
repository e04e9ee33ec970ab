package org.pgdeeplake.benchmarks.scenario;

import java.util.List;

/** All that there are, in the order of a run. */
public final class Scenarios {
  private Scenarios() {}

  public static List<Scenario> all() {
    return List.of(
        new Latency(),
        new Throughput(),
        new ConnectionChurn(),
        new BulkTransfer(),
        new Copy(),
        new Idle(),
        new Start(),
        new Cold(),
        new Tls(),
        new Storm(),
        new Queue(),
        new Wake(),
        new Cost());
  }
}
