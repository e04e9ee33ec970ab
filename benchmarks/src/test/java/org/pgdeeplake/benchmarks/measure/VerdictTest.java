package org.pgdeeplake.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.benchmarks.measure.Metric.Better;

/** Nothing is concluded where the rounds differ by more than the peers do, or are too few. */
class VerdictTest {
  @Test
  void aDifferenceThatIsLargerThanTheSpreadIsTold() {
    Spread lower = new Spread(0.7, 0.65, 0.75);
    assertThat(Verdict.of(lower, Better.LOWER, 5)).isEqualTo(Verdict.BETTER);
    assertThat(Verdict.of(lower, Better.HIGHER, 5)).isEqualTo(Verdict.WORSE);
    assertThat(Verdict.of(new Spread(1.4, 1.3, 1.5), Better.LOWER, 5)).isEqualTo(Verdict.WORSE);
  }

  @Test
  void aSmallerOneIsNot() {
    assertThat(Verdict.of(new Spread(0.9, 0.8, 1.1), Better.LOWER, 5))
        .as("on both sides")
        .isEqualTo(Verdict.NO_DIFFERENCE);
    assertThat(Verdict.of(new Spread(0.9, 0.7, 0.95), Better.LOWER, 5))
        .as("wider than its distance from 1")
        .isEqualTo(Verdict.NO_DIFFERENCE);
  }

  @Test
  void twoRoundsAndFactsSayNothing() {
    assertThat(Verdict.of(new Spread(0.5, 0.5, 0.5), Better.LOWER, 2)).isEqualTo(Verdict.NONE);
    assertThat(Verdict.of(new Spread(0.5, 0.5, 0.5), Better.NONE, 9)).isEqualTo(Verdict.NONE);
  }

  @Test
  void aTargetIsMetMissedOrNotShown() {
    assertThat(judged(0.8, 0.85, 0.9)).isEqualTo("met, and the stretch");
    assertThat(judged(0.92, 0.95, 1.0)).isEqualTo("met");
    assertThat(judged(1.1, 1.2, 1.3)).isEqualTo("missed by 20 %");
    assertThat(judged(0.9, 0.95, 1.1)).startsWith("not shown").contains("right side");
    assertThat(judged(0.5)).startsWith("not shown: too few rounds");
    assertThat(judged()).isEqualTo("not measured");
  }

  private static String judged(double... values) {
    Metric metric = Metric.lower("CPU/tx", "µs");
    Target target =
        new Target(
            "item", "s", "v", "CPU/tx", "ours", "", Target.Direction.AT_MOST, 1, Optional.of(0.9));
    List<Sample> samples = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      samples.add(new Sample("s", "v", metric, "ours", i + 1, values[i]));
    }
    return target.judge(new Summary(samples)).result();
  }
}
