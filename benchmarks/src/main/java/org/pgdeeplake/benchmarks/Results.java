package org.pgdeeplake.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pgdeeplake.benchmarks.report.Plots;
import org.pgdeeplake.benchmarks.report.RawSamples;
import org.pgdeeplake.benchmarks.report.Report;

/**
 * What a run leaves: a directory with its samples and plots, and the report beside it.
 *
 * @param directory with samples.csv
 */
record Results(Path directory) {
  /** Of a new run; an earlier one of the day keeps its own. */
  static Results unused(Path target, String name) {
    Path directory = target.resolve(name);
    for (int i = 2; Files.exists(directory); i++) {
      directory = target.resolve(name + "-" + i);
    }
    return new Results(directory);
  }

  /** The report of an earlier run is made again. */
  static Path again(Path file) throws BenchFailed {
    Path directory = file.toAbsolutePath().getParent();
    if (directory == null || !Files.isRegularFile(file)) {
      throw new BenchFailed("there is no file " + file + ": name the samples.csv of a run");
    }
    return new Results(directory).report(RawSamples.read(file));
  }

  /** Plots and report; returns the latter. */
  Path report(RawSamples raw) throws BenchFailed {
    Plots plots;
    try {
      plots = Plots.write(raw, directory);
    } catch (LinkageError | RuntimeException e) {
      // A machine without any font cannot draw; the tables are what counts.
      System.err.println("no plots: " + e);
      plots = Plots.none();
    }
    Path report = directory.resolveSibling(directory.getFileName() + ".md");
    try {
      return Files.writeString(report, Report.text(raw, plots));
    } catch (IOException e) {
      throw new BenchFailed("cannot write " + report + ": " + e.getMessage(), e);
    }
  }
}
