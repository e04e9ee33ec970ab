package org.pgdeeplake.benchmarks.measure;

import java.util.Locale;
import java.util.Optional;

/**
 * What one figure shall be.
 *
 * @param item in words
 * @param reference the peer whose figure of the same round it is divided by; "": the figure itself
 * @param bound of the ratio, or of the figure
 */
public record Target(
    String item,
    String scenario,
    String variant,
    String metric,
    String peer,
    String reference,
    Direction direction,
    double bound,
    Optional<Double> stretch) {

  /** On which side of the bound it shall be. */
  public enum Direction {
    AT_MOST("≤"),
    AT_LEAST("≥");

    private final String sign;

    Direction(String sign) {
      this.sign = sign;
    }

    public String sign() {
      return sign;
    }
  }

  /**
   * @param measured what it is, in words
   * @param result met, missed by how much, or not shown and why
   */
  public record Result(String measured, String result) {}

  /** Empty if it was not measured. */
  public Optional<Spread> measured(Summary summary) {
    return reference.isEmpty()
        ? summary.of(scenario, variant, metric, peer)
        : summary.ratio(scenario, variant, metric, peer, reference);
  }

  public Result judge(Summary summary) {
    Optional<Spread> measured = measured(summary);
    if (measured.isEmpty()) {
      return new Result("–", "not measured");
    }
    Spread spread = measured.get();
    String text =
        String.format(Locale.ROOT, "%.3g (%.3g–%.3g)", spread.median(), spread.min(), spread.max());
    int rounds = summary.rounds(scenario, variant, metric, peer);
    if (rounds < Verdict.FEWEST_ROUNDS) {
      return new Result(text, "not shown: too few rounds, " + rounds);
    }
    return new Result(text, result(spread));
  }

  private String result(Spread spread) {
    boolean low = direction == Direction.AT_MOST;
    if (low ? spread.max() <= bound : spread.min() >= bound) {
      return stretch.isPresent()
              && (low ? spread.max() <= stretch.get() : spread.min() >= stretch.get())
          ? "met, and the stretch"
          : "met";
    }
    if (low ? spread.min() > bound : spread.max() < bound) {
      return String.format(
          Locale.ROOT, "missed by %.0f %%", 100 * Math.abs(spread.median() / bound - 1));
    }
    boolean median = low ? spread.median() <= bound : spread.median() >= bound;
    return "not shown: met in some rounds only, the median is on the "
        + (median ? "right" : "wrong")
        + " side";
  }
}
