package org.pgdeeplake.benchmarks.micro;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.pgdeeplake.proxy.metrics.Metrics;
import org.pgdeeplake.proxy.traffic.Traffic;

/** What is counted: for each session an event, for each read its bytes. Two event loops count. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@Threads(2)
public class MetricsBenchmark {
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
