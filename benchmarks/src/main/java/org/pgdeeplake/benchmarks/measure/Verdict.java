package org.pgdeeplake.benchmarks.measure;

/** What may be concluded from ratios to a reference. */
public enum Verdict {
  BETTER("better"),
  WORSE("worse"),
  /** The spread is larger than the difference. */
  NO_DIFFERENCE("no difference shown"),
  /** Too few rounds to say anything, or nothing that would be good or bad. */
  NONE("");

  /** One round has no spread, two hardly any. */
  public static final int FEWEST_ROUNDS = 3;

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  public String words() {
    return words;
  }

  /**
   * @param ratios to the reference, round by round
   */
  public static Verdict of(Spread ratios, Metric.Better better, int rounds) {
    if (better == Metric.Better.NONE || rounds < FEWEST_ROUNDS) {
      return NONE;
    }
    double difference = Math.abs(ratios.median() - 1);
    boolean bothSides = ratios.min() <= 1 && ratios.max() >= 1;
    if (bothSides || ratios.width() > difference) {
      return NO_DIFFERENCE;
    }
    boolean lower = ratios.median() < 1;
    return lower == (better == Metric.Better.LOWER) ? BETTER : WORSE;
  }
}
