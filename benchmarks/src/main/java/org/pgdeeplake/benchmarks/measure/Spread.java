package org.pgdeeplake.benchmarks.measure;

import java.util.List;

/** Of the values of all rounds. */
public record Spread(double median, double min, double max) {
  /**
   * @param values at least one
   */
  public static Spread of(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no values");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.getFirst(), sorted.getLast());
  }

  public double width() {
    return max - min;
  }
}
