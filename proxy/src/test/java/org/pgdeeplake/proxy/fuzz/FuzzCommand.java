package org.pgdeeplake.proxy.fuzz;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.support.TimeSpan;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code bin/fuzz}. */
@CommandLine.Command(
    name = "fuzz",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Sends any bytes to what reads them, led by what of the code they reach, and holds the"
          + " outcome against an invariant.",
      "Begins with the inputs in proxy/src/test/resources/fuzz, which bin/test replays."
    },
    footer = {"", "Exit codes: 0 nothing found; 1 a finding; 2 wrong arguments; 3 it cannot run."})
final class FuzzCommand implements Callable<Integer> {
  static final int FOUND = 1;
  static final int CANNOT_RUN = 3;

  @Spec private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Parameters(
      paramLabel = "TARGET",
      arity = "0..*",
      description = "What to fuzz, one after the other. Default: all.")
  private List<String> words = List.of();

  @Option(
      names = "--for",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = TimeSpan.class,
      description = "How long each, as 60s, 10m, 1h; default ${DEFAULT-VALUE}.")
  private Duration limit = Duration.ofSeconds(60);

  @Option(
      names = "--replay",
      paramLabel = "FILE",
      description = "Checks this input only, of one TARGET, and shows where it fails.")
  private @Nullable Path replay;

  @Option(names = "--list", description = "Tells the targets, and what must hold for each.")
  private boolean list;

  private FuzzCommand() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Never ends with a finding's code because of something else. */
  private static int run(String[] args) {
    try {
      return new CommandLine(new FuzzCommand())
          .setExecutionExceptionHandler((problem, line, parsed) -> cannotRun(problem))
          .execute(args);
    } catch (Error e) { // Picocli handles exceptions only.
      return cannotRun(e);
    }
  }

  private static int cannotRun(Throwable problem) {
    System.err.println("fuzz: it cannot run: " + problem);
    return CANNOT_RUN;
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      for (Target target : Target.ALL) {
        System.out.printf("%-14s %s%n", target.word(), target.invariant());
      }
      return 0;
    }
    List<Target> targets = targets();
    if (replay != null) {
      return replayed(targets, replay);
    }
    for (Target target : targets) {
      int code = new FuzzRun(target, limit).play();
      if (code != 0) {
        return code;
      }
    }
    return 0;
  }

  private List<Target> targets() {
    List<Target> targets = new ArrayList<>();
    for (String word : words) {
      targets.add(
          Target.of(word).orElseThrow(() -> wrong("no target " + word + "; --list tells them")));
    }
    return targets.isEmpty() ? Target.ALL : targets;
  }

  private int replayed(List<Target> targets, Path file) throws Exception {
    if (targets.size() != 1) {
      throw wrong("--replay needs the one TARGET that the input is for");
    }
    if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
      throw wrong(file + " is no file that can be read");
    }
    Target one = targets.getFirst();
    byte[] input = Files.readAllBytes(file);
    Target.Checked opened = one.open();
    try (opened) {
      opened.check(input);
    } catch (Exception | Error finding) {
      finding.printStackTrace();
      return FOUND;
    }
    System.out.println(one.word() + ": the invariant holds for " + file);
    return 0;
  }

  private CommandLine.ParameterException wrong(String what) {
    return new CommandLine.ParameterException(spec.commandLine(), what);
  }
}
