package org.pgdeeplake.benchmarks.report;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.measure.Spread;
import org.pgdeeplake.benchmarks.measure.Summary;

/** One picture for each metric of each scenario, as SVG. */
public final class Plots {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 400;

  private final Map<String, List<String>> paths = new LinkedHashMap<>();

  private Plots() {}

  public static Plots none() {
    return new Plots();
  }

  /**
   * @param directory of the pictures, which the report refers to by its name
   */
  public static Plots write(RawSamples raw, Path directory) throws BenchFailed {
    Plots plots = new Plots();
    Summary summary = new Summary(raw.samples());
    List<String> peers = raw.environment().group("version");
    try {
      Files.createDirectories(directory);
      for (String scenario : summary.scenarios()) {
        plots.scenario(summary, peers, scenario, directory);
      }
    } catch (IOException e) {
      throw new BenchFailed("cannot write plots to " + directory + ": " + e.getMessage(), e);
    }
    return plots;
  }

  private void scenario(Summary summary, List<String> peers, String scenario, Path directory)
      throws IOException {
    Map<Metric, List<String>> variants = new LinkedHashMap<>();
    for (String variant : summary.variants(scenario)) {
      for (Metric metric : summary.metrics(scenario, variant)) {
        if (metric.better() != Metric.Better.NONE) {
          variants.computeIfAbsent(metric, _ -> new ArrayList<>()).add(variant);
        }
      }
    }
    boolean curves = Curves.fit(summary.variants(scenario));
    for (var entry : variants.entrySet()) {
      Metric metric = entry.getKey();
      String name = scenario + "-" + metric.name();
      if (curves) {
        var charts = Curves.of(summary, peers, scenario, metric, entry.getValue());
        for (var chart : charts.entrySet()) {
          save(chart.getValue(), scenario, name + "-" + chart.getKey(), directory);
        }
      } else {
        CategoryChart chart = chart(summary, peers, scenario, metric, entry.getValue());
        if (!chart.getSeriesMap().isEmpty()) {
          save(chart, scenario, name, directory);
        }
      }
    }
  }

  private void save(Chart<?, ?> chart, String scenario, String name, Path directory)
      throws IOException {
    String fileName = name.replaceAll("[^A-Za-z0-9]+", "-");
    VectorGraphicsEncoder.saveVectorGraphic(
        chart,
        directory.resolve(fileName).toString(),
        VectorGraphicsEncoder.VectorGraphicsFormat.SVG);
    paths
        .computeIfAbsent(scenario, _ -> new ArrayList<>())
        .add(directory.getFileName() + "/" + fileName + ".svg");
  }

  private static CategoryChart chart(
      Summary summary, List<String> peers, String scenario, Metric metric, List<String> variants) {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(scenario + ": " + metric.name() + ", " + metric.unit())
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    // Each of their dashes would be a path of its own: ten times the file.
    chart.getStyler().setPlotGridLinesVisible(false);
    for (String peer : peers) {
      List<Double> medians = new ArrayList<>();
      List<Double> errors = new ArrayList<>();
      for (String variant : variants) {
        Optional<Spread> spread = summary.of(scenario, variant, metric.name(), peer);
        medians.add(spread.map(Spread::median).orElse(0.0));
        errors.add(spread.map(s -> s.width() / 2).orElse(0.0));
      }
      if (medians.stream().anyMatch(m -> m != 0)) {
        chart.addSeries(peer, variants, medians, errors);
      }
    }
    return chart;
  }

  /** From where the report is. */
  List<String> of(String scenario) {
    return paths.getOrDefault(scenario, List.of());
  }
}
