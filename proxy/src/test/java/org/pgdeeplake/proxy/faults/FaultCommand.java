package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.TestDns;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bin/faults}. */
@CommandLine.Command(
    name = "faults",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeOnExecutionException = 3,
    description = {
      "Clients work through the proxy while one fault after the other is done to it, its servers"
          + " and the network between; a checker knows what each client was told.",
      "The same seed gives the same story. 1,000 faults take over an hour on two processors."
    },
    footer = {
      "",
      "Exit codes: 0 nothing lost; 1 something was; 2 wrong arguments; 3 it cannot run;"
          + " 130 Ctrl-C."
    })
final class FaultCommand implements Callable<Integer> {
  private static final int GUESTS = 16;
  private static final int LONGEST_KEEPALIVE_S = 10;

  @Spec private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Option(names = "--seed", paramLabel = "N", description = "Default: another one each time.")
  private long seed = System.nanoTime() % 1_000_000;

  @Option(
      names = "--faults",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How many, 1 or more; default ${DEFAULT-VALUE}.")
  private int faults;

  @Option(
      names = "--kinds",
      paramLabel = "KIND",
      split = ",",
      description = "Only these: ${COMPLETION-CANDIDATES}. Default: all that can be done here.")
  private Set<Kind> kinds = Set.of();

  @Option(names = "--story", description = "Tells the story and plays none of it.")
  private boolean only;

  @Option(names = "--list", description = "Tells the kinds, and what clients see of each.")
  private boolean list;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Writes the figures as Markdown, at Ctrl-C those of the faults until then.")
  private @Nullable Path report;

  private FaultCommand() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new FaultCommand()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    if (list) {
      for (Kind kind : Kind.values()) {
        System.out.printf("%-22s %s%n", kind, kind.clientSees());
      }
      return 0;
    }
    if (faults < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--faults must be 1 or more, not " + faults);
    }
    Story story = Story.of(seed, faults, kinds.isEmpty() ? possible() : kinds);
    System.out.printf("seed %d, %d faults, story %s%n", seed, faults, story.digest());
    if (only) {
      story.faults().forEach(System.out::println);
      return 0;
    }
    return play(new FaultRun(story, GUESTS, System.out::println));
  }

  private int play(FaultRun run) throws Exception {
    Path directory = Files.createTempDirectory("pg-proxy-faults");
    // At Ctrl-C, too.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              tell(run.report());
              delete(directory);
            }));
    return run.play(directory).good() ? 0 : 1;
  }

  private void tell(Report figures) {
    System.out.print(figures.text());
    System.out.flush();
    if (report != null) {
      try {
        Files.writeString(report, figures.markdown());
      } catch (IOException e) {
        System.err.println("cannot write " + report + ": " + e.getMessage());
      }
    }
  }

  static void delete(Path directory) {
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      System.err.println("cannot delete " + directory + ": " + e.getMessage());
    }
  }

  /** Of connections that are silent; a large number where nobody can say. */
  private static int keepaliveSeconds() {
    try {
      // By one read: readString asks for a byte first, and the rest of such a file cannot be had.
      return Integer.parseInt(
          Files.readAllLines(Path.of("/proc/sys/net/ipv4/tcp_keepalive_time")).getFirst());
    } catch (IOException e) {
      return Integer.MAX_VALUE;
    }
  }

  /** Packets can only be dropped in a network of our own: bin/faults makes one where it may. */
  static Set<Kind> possible() {
    Set<Kind> kinds = EnumSet.allOf(Kind.class);
    if (!"private".equals(System.getenv("PG_FAULTS_NETWORK"))
        || Command.find("iptables").isEmpty()) {
      kinds.remove(Kind.BLACKHOLE);
      kinds.remove(Kind.HALF_OPEN);
    }
    if (keepaliveSeconds() > LONGEST_KEEPALIVE_S) {
      kinds.remove(Kind.HALF_OPEN);
    }
    if (Command.find("prlimit").isEmpty()) {
      kinds.remove(Kind.DESCRIPTORS_EXHAUSTED);
      kinds.remove(Kind.LOG_UNWRITABLE);
    }
    if (Command.find(TestDns.PROGRAM).isEmpty()) {
      kinds.remove(Kind.DNS_FLAPS);
    }
    if (!WallClock.canBeSet()) {
      kinds.remove(Kind.CLOCK_JUMPS);
    }
    return kinds;
  }
}
