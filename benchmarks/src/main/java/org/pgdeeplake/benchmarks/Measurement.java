package org.pgdeeplake.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.benchmarks.measure.Sample;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;
import org.pgdeeplake.benchmarks.process.Children;
import org.pgdeeplake.benchmarks.report.Environment;
import org.pgdeeplake.benchmarks.report.Machine;
import org.pgdeeplake.benchmarks.report.RawSamples;
import org.pgdeeplake.benchmarks.scenario.Bench;
import org.pgdeeplake.benchmarks.scenario.Plan;
import org.pgdeeplake.benchmarks.scenario.Progress;
import org.pgdeeplake.benchmarks.scenario.Scenario;

/**
 * Scenarios, one after the other, and their report.
 *
 * @param plan without what cannot be measured here
 */
record Measurement(Plan plan, List<Scenario> scenarios, Environment environment) {
  /** Of what can be measured here; what cannot is told. */
  static Measurement of(Plan wanted, List<Scenario> wantedScenarios, List<String> arguments)
      throws BenchFailed, InterruptedException {
    Environment environment = new Environment();
    Run.describe(environment, Machine.here(), wanted, arguments);
    Plan plan = Run.present(wanted, environment);
    List<Scenario> scenarios = new ArrayList<>(wantedScenarios);
    ThrowawayPostgres.missing()
        .ifPresent(reason -> {
          System.err.println("Left out, as " + reason + ": everything with PostgreSQL");
          scenarios.removeIf(Scenario::needsPostgres);
        });
    if (scenarios.isEmpty() || plan.peers().isEmpty()) {
      throw new BenchFailed("there is nothing that could be measured here");
    }
    return new Measurement(plan, scenarios, environment);
  }

  /**
   * @param target the directory of all results
   */
  void run(Path target) throws BenchFailed, InterruptedException {
    Duration estimate =
        scenarios.stream().map(s -> s.estimate(plan)).reduce(Duration.ZERO, Duration::plus);
    System.err.printf(
        "%d scenarios, %d peers, %d rounds, seed %d: about %d min%n",
        scenarios.size(),
        plan.peers().size(),
        plan.rounds(),
        plan.seed(),
        Math.max(1, estimate.toMinutes()));
    String name =
        LocalDate.now(ZoneId.systemDefault())
            + "-"
            + Machine.here().slug()
            + (plan.quick() ? "-quick" : "");
    List<String> failed = measure(Results.unused(target, name));
    if (!failed.isEmpty()) {
      throw new BenchFailed("failed, and not whole in the report: " + String.join(", ", failed));
    }
  }

  /** Returns the names of the scenarios that failed; the others are in the report all the same. */
  private List<String> measure(Results results) throws BenchFailed, InterruptedException {
    List<Sample> samples = new ArrayList<>();
    RawSamples raw = new RawSamples(environment, samples);
    List<String> failed = new ArrayList<>();
    Progress progress = new Progress(System.err, plan, scenarios);
    try (Run run = Run.open();
        Bench bench =
            new Bench(
                plan,
                run.directory(),
                samples::add,
                (what, words) -> environment.put("note." + what, words),
                progress)) {
      for (Scenario scenario : scenarios) {
        environment.put("about." + scenario.name(), scenario.about());
        environment.put("load." + scenario.name(), Machine.loadAverage());
        try {
          bench.run(scenario);
        } catch (BenchFailed e) {
          if (Children.ending()) {
            // Ctrl-C has ended what the scenario needs, and the next one would.
            throw e;
          }
          String reason = String.valueOf(e.getMessage()).strip();
          failed.add(scenario.name());
          System.err.println(scenario.name() + " failed: " + reason);
          environment.put("note." + scenario.name() + ".failed", reason);
        }
        raw.write(results.directory());
      }
    }
    System.out.println(results.report(raw));
    return failed;
  }
}
