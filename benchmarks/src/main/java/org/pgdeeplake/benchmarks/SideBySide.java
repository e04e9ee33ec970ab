package org.pgdeeplake.benchmarks;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.benchmarks.peer.Peer;
import org.pgdeeplake.benchmarks.peer.Peers;
import org.pgdeeplake.benchmarks.scenario.Plan;
import org.pgdeeplake.benchmarks.scenario.Scenario;
import org.pgdeeplake.benchmarks.scenario.Scenarios;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of the harness. */
@Command(
    name = "benchmarks/run.sh",
    mixinStandardHelpOptions = true,
    version = "benchmarks 0.1.0-SNAPSHOT",
    sortOptions = false,
    description = {
      "Measures the proxy beside HAProxy, nginx, PgBouncer and a direct connection, on this machine.",
      "",
      "The report goes to benchmarks/results/DATE-MACHINE.md; plots and raw samples into a directory"
          + " of that name.",
      "Nothing else should run meanwhile. All of it takes about 60 minutes with 5 rounds on 2"
          + " processors.",
      "Micro-benchmarks: benchmarks/run.sh micro [JMH ARGUMENTS]",
      ""
    },
    footer = {
      "",
      "Exit codes: 0 done; 1 failed, the reason is told; 2 wrong arguments.",
      "PG_BENCHMARKS_NO_INSTALL=1: programs that are missing are not installed, but left out."
    })
final class SideBySide implements Callable<Integer> {
  /** One of each kind. */
  private static final List<String> QUICK_PEERS = List.of("direct", "haproxy", "ours-epoll");

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Parameters(paramLabel = "SCENARIO", arity = "0..*", description = "Which; all without any.")
  private List<String> names = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "Measurements of each peer, 1 or more; default 5, 1 with --quick. Below 3 nothing is"
              + " concluded.")
  private @Nullable Integer rounds;

  @Option(
      names = "--quick",
      description =
          "Everything as short as it can be: shows that it works, not how fast. 3 minutes.")
  private boolean quick;

  @Option(
      names = "--factor",
      paramLabel = "F",
      defaultValue = "1",
      description = "Of the duration of each measurement, 0.3 to 20; default 1.")
  private double factor;

  @Option(
      names = "--peers",
      paramLabel = "NAME",
      split = ",",
      description =
          "Only these, with commas between them: direct, haproxy, ...; see --list. With --quick"
              + " direct, haproxy and ours-epoll, else all.")
  private List<String> peerNames = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the random orders; default: another one each time. The report tells it.")
  private @Nullable Long seed;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Where the report goes; default benchmarks/results.")
  private @Nullable Path results;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Measures nothing: makes the report of a run again, from its samples.csv.")
  private @Nullable Path samplesFile;

  @Option(names = "--list", description = "Tells the scenarios and the peers.")
  private boolean list;

  @Override
  public Integer call() throws BenchFailed, InterruptedException {
    Path root = Path.of(System.getProperty("benchmarks.root", ".")).toAbsolutePath().normalize();
    if (list) {
      list(root);
      return 0;
    }
    if (samplesFile != null) {
      System.out.println(Results.again(samplesFile));
      return 0;
    }
    Plan plan =
        new Plan(
            roundCount(),
            seed == null ? System.nanoTime() % 1_000_000 : seed,
            quick,
            validFactor(),
            chosenPeers(root));
    Path target = results == null ? root.resolve("benchmarks/results") : results.toAbsolutePath();
    Measurement.of(plan, chosenScenarios(), spec.commandLine().getParseResult().originalArgs())
        .run(target);
    return 0;
  }

  private int roundCount() {
    int count = rounds == null ? (quick ? 1 : 5) : rounds;
    if (count < 1) {
      throw wrong("--rounds must be 1 or more, not " + count);
    }
    return count;
  }

  private double validFactor() {
    if (!(factor >= 0.3 && factor <= 20)) {
      throw wrong("--factor must be from 0.3 to 20, not " + factor);
    }
    return factor;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private List<Scenario> chosenScenarios() {
    Map<String, Scenario> all = new LinkedHashMap<>();
    Scenarios.all().forEach(s -> all.put(s.name(), s));
    for (String name : names) {
      if (!all.containsKey(name)) {
        throw wrong("there is no scenario " + name + ": " + String.join(", ", all.keySet()));
      }
    }
    return all.values().stream().filter(s -> names.isEmpty() || names.contains(s.name())).toList();
  }

  private List<Peer> chosenPeers(Path root) {
    Map<String, Peer> all = new LinkedHashMap<>();
    Peers.all(root).forEach(p -> all.put(p.name(), p));
    for (String name : peerNames) {
      if (!all.containsKey(name)) {
        throw wrong("there is no peer " + name + ": " + String.join(", ", all.keySet()));
      }
    }
    List<String> wanted = peerNames.isEmpty() && quick ? QUICK_PEERS : peerNames;
    return all.values().stream()
        .filter(p -> wanted.isEmpty() || wanted.contains(p.name()))
        .toList();
  }

  private void list(Path root) throws BenchFailed, InterruptedException {
    System.out.println("Scenarios:");
    for (Scenario scenario : Scenarios.all()) {
      System.out.printf("  %-12s%s%n", scenario.name(), scenario.about());
    }
    System.out.println("Peers:");
    for (Peer peer : Peers.all(root)) {
      String missing = peer.missing().map(m -> " (missing: " + m + ")").orElse("");
      System.out.printf("  %-15s%s%s%n", peer.name(), peer.settings(), missing);
    }
  }
}
