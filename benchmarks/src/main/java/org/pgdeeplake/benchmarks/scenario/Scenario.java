package org.pgdeeplake.benchmarks.scenario;

import java.time.Duration;
import org.pgdeeplake.benchmarks.BenchFailed;

/** One thing that is measured. */
public interface Scenario {
  String name();

  /** What is done and what the figures mean; stands above its tables. */
  String about();

  /** Whether it needs PostgreSQL's programs. */
  boolean needsPostgres();

  /** How long it takes, roughly. */
  Duration estimate(Plan plan);

  void run(Bench bench) throws BenchFailed, InterruptedException;
}
