package org.pgdeeplake.benchmarks.scenario;

import org.pgdeeplake.benchmarks.measure.Metric;

/** Metrics that several scenarios have. */
final class Figures {
  static final Metric TPS = Metric.higher("tps", "tx/s");
  static final Metric LATENCY = Metric.lower("latency", "µs");
  static final Metric CPU_PER_TX = Metric.lower("CPU/tx", "µs");
  static final Metric CPU_PER_CONNECTION = Metric.lower("CPU/conn", "µs");
  static final Metric CONNECTIONS = Metric.higher("connections", "1/s");
  static final Metric RATE = Metric.higher("rate", "GB/s");
  static final Metric CPU_PER_GB = Metric.lower("CPU/GB", "s");

  private Figures() {}
}
