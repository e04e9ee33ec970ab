package org.pgdeeplake.benchmarks.measure;

/**
 * What is measured of a peer.
 *
 * @param name unique in its scenario
 */
public record Metric(String name, String unit, Better better) {
  /** Which of two values is the good one. */
  public enum Better {
    LOWER,
    HIGHER,
    /** Neither: a fact without a judgement. */
    NONE
  }

  public static Metric lower(String name, String unit) {
    return new Metric(name, unit, Better.LOWER);
  }

  public static Metric higher(String name, String unit) {
    return new Metric(name, unit, Better.HIGHER);
  }

  public static Metric fact(String name, String unit) {
    return new Metric(name, unit, Better.NONE);
  }
}
