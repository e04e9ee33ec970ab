package org.pgdeeplake.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ratios are of values of the same round; the median is of these, never of other rounds' values.
 */
class SummaryTest {
  private static final Metric TPS = Metric.higher("tps", "tx/s");

  @Test
  void aRatioIsTakenRoundByRound() {
    List<Sample> samples = new ArrayList<>();
    // A machine that gets slower: the ratio is 0.5 in every round.
    add(samples, "ours", 50, 40, 30, 20, 10);
    add(samples, "haproxy", 100, 80, 60, 40, 20);

    Spread ratio = new Summary(samples).ratio("s", "v", "tps", "ours", "haproxy").orElseThrow();

    assertThat(ratio).isEqualTo(new Spread(0.5, 0.5, 0.5));
  }

  @Test
  void roundsThatOnlyOneHasAreLeftOut() {
    List<Sample> samples = new ArrayList<>();
    add(samples, "ours", 1, 2, 300);
    add(samples, "haproxy", 2, 2);
    Summary summary = new Summary(samples);

    assertThat(summary.ratio("s", "v", "tps", "ours", "haproxy"))
        .contains(new Spread(0.75, 0.5, 1));
    assertThat(summary.ratio("s", "v", "tps", "ours", "nginx")).isEmpty();
    assertThat(summary.of("s", "v", "tps", "ours").orElseThrow().median()).isEqualTo(2);
  }

  @Test
  void theMedianOfAnEvenNumberIsBetweenTheTwo() {
    Spread spread = Spread.of(List.of(4.0, 1.0, 2.0, 3.0));
    assertThat(spread.median()).isEqualTo(2.5, within(1e-9));
    assertThat(spread.width()).isEqualTo(3.0, within(1e-9));
  }

  private static void add(List<Sample> samples, String peer, double... values) {
    for (int i = 0; i < values.length; i++) {
      samples.add(new Sample("s", "v", TPS, peer, i + 1, values[i]));
    }
  }
}
