package org.pgdeeplake.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.benchmarks.crowd.Ground;
import org.pgdeeplake.benchmarks.crowd.Meetings;
import org.pgdeeplake.benchmarks.crowd.Passing;
import org.pgdeeplake.benchmarks.crowd.Sessions;
import org.pgdeeplake.benchmarks.crowd.Telling;
import org.pgdeeplake.benchmarks.crowd.Waiters;
import org.pgdeeplake.benchmarks.postgres.ThrowawayPostgres;
import org.pgdeeplake.benchmarks.process.Directories;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Crowds at one proxy, with the load's clients and servers. */
@Command(
    name = "bin/crowd",
    mixinStandardHelpOptions = true,
    version = "crowd 0.1.0-SNAPSHOT",
    sortOptions = false,
    description = {
      "A crowd at one proxy as users start it; clients and servers are other processes.",
      "",
      "  sessions  9,500, or what the limit of open files allows: idle, then all ask",
      "            at once, and each must get the whole answer to its own question.",
      "            Then 2,000 with a PostgreSQL.",
      "  waiters   5,000 wait while no server runs; one comes: each must get its rows.",
      "  churn     1,000,000 connections opened and closed; nothing may be left.",
      "",
      "What each crowd has shown goes to standard output as soon as it has left.",
      ""
    },
    footer = {
      "",
      "Exit codes: 0 no errors; 1 errors, or it failed, as is told; 2 wrong arguments."
    })
final class CrowdCommand implements Callable<Integer> {
  private static final List<String> ALL = List.of("sessions", "waiters", "churn");
  private static final int MOST = 100_000_000;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Parameters(
      paramLabel = "CROWD",
      arity = "0..*",
      description = "sessions, waiters or churn; all three without any.")
  private List<String> names = List.of();

  @Option(
      names = "--count",
      paramLabel = "N",
      description = "How many, 1 or more, where one CROWD is named; at most 2,000 with PostgreSQL.")
  private @Nullable Integer count;

  @Option(names = "--no-postgres", description = "Sessions with the scripted server only.")
  private boolean noPostgres;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "The report as Markdown, too; a file that is there is replaced.")
  private @Nullable Path out;

  @Override
  public Integer call() throws BenchFailed, InterruptedException {
    validate();
    Path root = Path.of(System.getProperty("benchmarks.root", ".")).toAbsolutePath().normalize();
    Telling telling = new Telling(System.err, Boolean.getBoolean("crowd.terminal"));
    try (Run run = Run.open()) {
      Directories directories = new Directories(run.directory());
      Meetings meetings =
          new Meetings(() -> new Ground(root, directories, telling), System.out, out, command());
      for (String name : ALL) {
        if (names.isEmpty() || names.contains(name)) {
          hold(name, meetings);
        }
      }
      return meetings.withoutErrors() ? 0 : 1;
    }
  }

  private String command() {
    return ("bin/crowd " + String.join(" ", spec.commandLine().getParseResult().originalArgs()))
        .strip();
  }

  private void validate() {
    for (String name : names) {
      if (!ALL.contains(name)) {
        throw wrong("there is no crowd " + name + ": " + String.join(", ", ALL));
      }
    }
    if (count != null && names.size() != 1) {
      throw wrong("--count is of one crowd: name it, " + String.join(", ", ALL));
    }
    if (count != null && (count < 1 || count > MOST)) {
      throw wrong("--count must be from 1 to %,d, not %d".formatted(MOST, count));
    }
    @Nullable Path parent = out == null ? null : out.toAbsolutePath().getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      throw wrong("--out: there is no directory " + parent);
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private int countOr(int usual) {
    return count == null ? usual : count;
  }

  private void hold(String name, Meetings meetings) throws BenchFailed, InterruptedException {
    switch (name) {
      case "waiters" ->
          meetings.hold(
              "Waiters of a wake",
              (ground, finding) -> new Waiters(ground, countOr(Waiters.DEFAULT)).released(finding));
      case "churn" ->
          meetings.hold(
              "Opened and closed",
              (ground, finding) -> new Passing(ground, countOr(Passing.DEFAULT)).churned(finding));
      default -> sessions(meetings);
    }
  }

  private void sessions(Meetings meetings) throws BenchFailed, InterruptedException {
    meetings.hold(
        "Sessions, a scripted server behind them",
        (ground, finding) -> new Sessions(ground, countOr(0)).scripted(finding));
    if (noPostgres) {
      return;
    }
    var missing = ThrowawayPostgres.missing();
    if (missing.isPresent()) {
      System.err.println("Left out, as " + missing.get() + ": sessions with PostgreSQL");
      return;
    }
    meetings.hold(
        "Sessions, PostgreSQL behind them",
        (ground, finding) -> new Sessions(ground, countOr(0)).postgres(finding));
  }
}
