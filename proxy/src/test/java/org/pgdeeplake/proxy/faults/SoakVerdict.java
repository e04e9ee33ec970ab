package org.pgdeeplake.proxy.faults;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * Whether anything has grown: the median of the last quarter of a soak is compared with that of the
 * second. The first is left out, since code is compiled and pools are filled in it.
 */
record SoakVerdict(List<Comparison> comparisons) {
  /** One quantity; a median is empty where that quarter has no sample. */
  record Comparison(Quantity quantity, OptionalDouble second, OptionalDouble last) {
    /** Also true of what cannot be told: it is no proof. */
    boolean grown() {
      return !told() || last.getAsDouble() > quantity.most(second.getAsDouble());
    }

    /** Whether both quarters have samples. */
    boolean told() {
      return second.isPresent() && last.isPresent();
    }
  }

  /**
   * @param samples in the order of time
   */
  static SoakVerdict of(List<SoakSample> samples) {
    double end = samples.isEmpty() ? 0 : samples.getLast().seconds();
    return new SoakVerdict(
        Stream.of(Quantity.values())
            .filter(Quantity::judged)
            .map(quantity ->
                new Comparison(
                    quantity,
                    median(samples, quantity, end / 4, end / 2),
                    median(samples, quantity, end * 3 / 4, Double.MAX_VALUE)))
            .toList());
  }

  private static OptionalDouble median(
      List<SoakSample> samples, Quantity quantity, double from, double to) {
    double[] values =
        samples.stream()
            .filter(sample -> sample.seconds() >= from && sample.seconds() < to)
            .flatMapToDouble(sample -> sample.value(quantity).stream())
            .sorted()
            .toArray();
    return median(values);
  }

  private static OptionalDouble median(double[] sorted) {
    int half = sorted.length / 2;
    if (sorted.length == 0) {
      return OptionalDouble.empty();
    }
    return sorted.length % 2 == 1
        ? OptionalDouble.of(sorted[half])
        : Arrays.stream(sorted, half - 1, half + 1).average();
  }

  List<Comparison> grown() {
    return comparisons.stream().filter(Comparison::grown).toList();
  }
}
