package org.pgdeeplake.benchmarks.scenario;

import java.io.PrintStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells how far a run is, line by line. */
public final class Progress {
  private final PrintStream out;
  private final Plan plan;
  private final List<Scenario> scenarios;
  private final Set<String> done = new HashSet<>();
  private final long began = System.nanoTime();
  private long scenarioBegan;
  private int number;
  private String name = "";

  public Progress(PrintStream out, Plan plan, List<Scenario> scenarios) {
    this.out = out;
    this.plan = plan;
    this.scenarios = List.copyOf(scenarios);
  }

  void begin(Scenario scenario) {
    number++;
    name = scenario.name();
    scenarioBegan = System.nanoTime();
    step("begins");
  }

  void step(String what) {
    out.printf(
        "[%d/%d %s, %s left] %s%n", number, scenarios.size(), name, words(remaining()), what);
  }

  void end(Scenario scenario) {
    done.add(scenario.name());
    step("done in " + words(Duration.ofNanos(System.nanoTime() - scenarioBegan)));
  }

  /** What was estimated, corrected by how wrong that has been so far. */
  private Duration remaining() {
    Duration ahead = Duration.ZERO;
    Duration behind = Duration.ZERO;
    for (Scenario scenario : scenarios) {
      if (done.contains(scenario.name())) {
        behind = behind.plus(scenario.estimate(plan));
      } else {
        ahead = ahead.plus(scenario.estimate(plan));
      }
    }
    double taken = (scenarioBegan - began) / 1e9;
    double factor = behind.isZero() ? 1 : Math.max(0.3, taken / (behind.toMillis() / 1e3));
    double left = ahead.toMillis() / 1e3 * factor - (System.nanoTime() - scenarioBegan) / 1e9;
    return Duration.ofMillis((long) (1000 * Math.max(0, left)));
  }

  static String words(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds < 100 ? seconds + " s" : "%d min %d s".formatted(seconds / 60, seconds % 60);
  }
}
