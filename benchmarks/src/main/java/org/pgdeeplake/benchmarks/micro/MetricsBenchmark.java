package org.pgdeeplake.benchmarks.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Threads;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.traffic.Traffic;

/** What is counted: for each session an event, for each read its bytes. Two event loops count. */
@Threads(2)
public class MetricsBenchmark extends InMemory {
  private final Metrics metrics = new Metrics();
  private final Traffic traffic = new Traffic();

  /** With a label of three values, and a histogram. */
  @Benchmark
  public void event() {
    metrics.sessions().connected("pg_backends", "pg-deeplake-1", 120_000);
  }

  @Benchmark
  public void bytesOfOneRead() {
    traffic.in(80);
  }
}
