package org.pgdeeplake.benchmarks.peer;

import java.util.Arrays;
import org.pgdeeplake.benchmarks.BenchFailed;

/**
 * All metrics of a proxy at one moment.
 *
 * @param text in Prometheus' text format, without timestamps
 */
public record Scrape(String text) {
  /** The sum of a metric's samples, whatever their labels; see {@link #sum(String, String)}. */
  public double sum(String name) throws BenchFailed {
    return sum(name, "");
  }

  /**
   * The sum of those of a metric's samples that have a label.
   *
   * @param name the whole of it
   * @param label as {@code area="heap"}; empty: whatever they have
   * @throws BenchFailed there is none: a metric that is not told is not 0
   */
  public double sum(String name, String label) throws BenchFailed {
    double[] values =
        text.lines()
            .filter(line -> is(line, name, label))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .toArray();
    if (values.length == 0) {
      throw new BenchFailed("the proxy does not tell %s{%s}".formatted(name, label));
    }
    return Arrays.stream(values).sum();
  }

  private static boolean is(String line, String name, String label) {
    if (!line.startsWith(name)) {
      return false;
    }
    String rest = line.substring(name.length());
    // What looks like it within a label's value has its quotes escaped.
    return label.isEmpty()
        ? rest.startsWith("{") || rest.startsWith(" ")
        : rest.startsWith("{") && (rest.contains("{" + label) || rest.contains("," + label));
  }
}
