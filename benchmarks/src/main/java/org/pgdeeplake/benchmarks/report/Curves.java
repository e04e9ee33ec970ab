package org.pgdeeplake.benchmarks.report;

import java.awt.Color;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.measure.Spread;
import org.pgdeeplake.benchmarks.measure.Summary;

/**
 * A metric against a number: of variants that are called by what is counted and how many there are,
 * such as {@code sessions 1000}.
 */
final class Curves {
  private static final Pattern COUNTED = Pattern.compile("([a-z]+) (\\d+)");
  private static final int WIDTH = 600;
  private static final int HEIGHT = 350;

  private Curves() {}

  /** Whether all variants are called so. */
  static boolean fit(List<String> variants) {
    return variants.stream().allMatch(variant -> COUNTED.matcher(variant).matches());
  }

  /** One chart for each thing that is counted. */
  static Map<String, XYChart> of(
      Summary summary, List<String> peers, String scenario, Metric metric, List<String> variants) {
    Map<String, List<Integer>> counts = new LinkedHashMap<>();
    for (String variant : variants) {
      Matcher counted = COUNTED.matcher(variant);
      if (counted.matches()) {
        counts
            .computeIfAbsent(counted.group(1), _ -> new ArrayList<>())
            .add(Integer.valueOf(counted.group(2)));
      }
    }
    Map<String, XYChart> charts = new LinkedHashMap<>();
    counts.forEach((what, numbers) -> {
      XYChart chart = chart(scenario, metric, what);
      for (String peer : peers) {
        series(summary, scenario, metric, what, numbers, peer, chart);
      }
      if (!chart.getSeriesMap().isEmpty()) {
        charts.put(what, chart);
      }
    });
    return charts;
  }

  private static XYChart chart(String scenario, Metric metric, String what) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(scenario + ": " + metric.name() + ", " + metric.unit())
            .xAxisTitle(what)
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideS);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setXAxisMin(0.0);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    // Each of their dashes would be a path of its own: ten times the file.
    chart.getStyler().setPlotGridLinesVisible(false);
    return chart;
  }

  private static void series(
      Summary summary,
      String scenario,
      Metric metric,
      String what,
      List<Integer> numbers,
      String peer,
      XYChart chart) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    List<Double> errors = new ArrayList<>();
    for (int number : numbers) {
      Optional<Spread> spread = summary.of(scenario, what + " " + number, metric.name(), peer);
      if (spread.isPresent()) {
        x.add((double) number);
        y.add(spread.get().median());
        errors.add(spread.get().width() / 2);
      }
    }
    if (!x.isEmpty()) {
      chart.addSeries(peer, x, y, errors);
    }
  }
}
