package org.pgdeeplake.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

// Rule: what is higher in the last quarter than in the second by more than its tolerance has grown;
// what rises in the first quarter and stays has not, and nor has what peaks now and then.
class SoakVerdictTest {
  private static final int LAST = 360;

  /** What has grown in an hour in which everything is flat but one. */
  private static List<Quantity> grown(Quantity quantity, IntToDoubleFunction course) {
    List<SoakSample> samples =
        IntStream.rangeClosed(0, LAST)
            .mapToObj(i -> {
              Map<Quantity, Double> values = new EnumMap<>(Quantity.class);
              for (Quantity each : Quantity.values()) {
                values.put(each, 50.0);
              }
              values.put(quantity, course.applyAsDouble(i));
              return new SoakSample(i * 10.0, values);
            })
            .toList();
    return SoakVerdict.of(samples).grown().stream().map(SoakVerdict.Comparison::quantity).toList();
  }

  /** From 40 MiB up by so many in the hour: half of them between the quarters' middles. */
  private static IntToDoubleFunction rising(double mebi) {
    return i -> (40 + mebi * i / LAST) * Quantity.MEBI;
  }

  @Test
  void aSlowLeakIsSeen() {
    assertThat(grown(Quantity.HEAP_AFTER_GC, rising(10))).containsExactly(Quantity.HEAP_AFTER_GC);
    assertThat(grown(Quantity.DIRECT, rising(10))).containsExactly(Quantity.DIRECT);
    assertThat(grown(Quantity.RSS, rising(24))).containsExactly(Quantity.RSS);
  }

  @Test
  void whatIsWithinTheToleranceIsNone() {
    assertThat(grown(Quantity.HEAP_AFTER_GC, rising(6))).isEmpty();
    assertThat(grown(Quantity.RSS, rising(16))).isEmpty();
  }

  @Test
  void oneThreadMoreIsSeen() {
    assertThat(grown(Quantity.THREADS, i -> i < LAST / 2 ? 20 : 21))
        .containsExactly(Quantity.THREADS);
  }

  @Test
  void warmingUpAndPeaksAreNone() {
    assertThat(grown(Quantity.THREADS, i -> i < LAST / 4 ? 10 : 20)).isEmpty();
    assertThat(grown(Quantity.THREADS, i -> i % 3 == 0 ? 25 : 20)).isEmpty();
  }

  @Test
  void whatGoesWithTheLoadIsNotJudged() {
    assertThat(grown(Quantity.FDS, i -> i)).isEmpty();
    assertThat(grown(Quantity.CHURNED, i -> i)).isEmpty();
  }

  @Test
  void withoutSamplesNothingIsProven() {
    assertThat(SoakVerdict.of(List.of()).grown()).isNotEmpty();
  }

  @Test
  void samplesWithoutTheQuantityAreLeftOut() {
    List<SoakSample> samples =
        IntStream.rangeClosed(0, LAST)
            .mapToObj(i -> {
              SoakSample sample = new SoakSample(i, Map.of(Quantity.THREADS, 20.0));
              return i % 6 == 0 ? sample.with(Quantity.HEAP_AFTER_GC, 1e7) : sample;
            })
            .toList();
    assertThat(SoakVerdict.of(samples).comparisons())
        .filteredOn(each -> each.quantity() == Quantity.HEAP_AFTER_GC)
        .singleElement()
        .satisfies(each -> {
          assertThat(each.second()).hasValue(1e7);
          assertThat(each.grown()).isFalse();
        });
  }
}
