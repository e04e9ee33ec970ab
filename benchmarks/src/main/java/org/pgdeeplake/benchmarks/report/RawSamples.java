package org.pgdeeplake.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.benchmarks.BenchFailed;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.measure.Sample;

/**
 * A run as it was measured, in a directory: samples.csv and environment.tsv. The report can be made
 * of it again.
 */
public record RawSamples(Environment environment, List<Sample> samples) {
  public static final String SAMPLES = "samples.csv";
  private static final String ENVIRONMENT = "environment.tsv";
  private static final String HEADER = "scenario,variant,metric,unit,better,peer,round,value";

  public void write(Path directory) throws BenchFailed {
    List<String> lines = new ArrayList<>(List.of(HEADER));
    samples.forEach(s -> lines.add(line(s)));
    try {
      Files.createDirectories(directory);
      Files.write(directory.resolve(SAMPLES), lines);
      Files.write(directory.resolve(ENVIRONMENT), environment.lines());
    } catch (IOException e) {
      throw new BenchFailed("cannot write to " + directory + ": " + e.getMessage(), e);
    }
  }

  private static String line(Sample s) {
    return String.join(
        ",",
        s.scenario(),
        s.variant(),
        s.metric().name(),
        s.metric().unit(),
        s.metric().better().name(),
        s.peer(),
        Integer.toString(s.round()),
        Double.toString(s.value()));
  }

  /**
   * @param file samples.csv; the other file is beside it
   */
  public static RawSamples read(Path file) throws BenchFailed {
    try {
      List<String> lines = Files.readAllLines(file);
      if (lines.isEmpty() || !lines.getFirst().equals(HEADER)) {
        throw new BenchFailed(
            "%s:1: not the samples of a run, whose first line is %s".formatted(file, HEADER));
      }
      List<Sample> samples = new ArrayList<>();
      for (int i = 1; i < lines.size(); i++) {
        samples.add(sample(file, i + 1, lines.get(i)));
      }
      Path beside = file.resolveSibling(ENVIRONMENT);
      Environment environment =
          Files.exists(beside) ? Environment.parse(Files.readAllLines(beside)) : new Environment();
      return new RawSamples(environment, samples);
    } catch (IOException e) {
      throw new BenchFailed("cannot read " + file + ": " + e, e);
    }
  }

  private static Sample sample(Path file, int number, String line) throws BenchFailed {
    String[] f = line.split(",", -1);
    try {
      Metric metric = new Metric(f[2], f[3], Metric.Better.valueOf(f[4]));
      return new Sample(f[0], f[1], metric, f[5], Integer.parseInt(f[6]), Double.parseDouble(f[7]));
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new BenchFailed(
          "%s:%d: not a sample (%s): %s".formatted(file, number, HEADER, line), e);
    }
  }
}
