package org.pgdeeplake.proxy.faults;

import static java.nio.file.StandardOpenOption.APPEND;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.support.TimeSpan;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** {@code bin/soak}. */
@CommandLine.Command(
    name = "soak",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeOnExecutionException = 3,
    description = {
      "Guests, churn and faults at one proxy process for a long time: nothing may be lost, and"
          + " neither memory nor threads nor open files may grow.",
      "Writes soak.csv, soak.svg and soak.md. Ctrl-C ends it early, and writes them."
    },
    footer = {
      "",
      "Exit codes: 0 nothing lost, nothing left, no growth; 1 otherwise; 2 wrong arguments;"
          + " 3 it cannot run."
    })
final class SoakCommand implements Callable<Integer> {
  private static final int GUESTS = 16;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      defaultValue = "1h",
      converter = TimeSpan.class,
      description = "How long there is load, as 20s, 5m, 1h; default ${DEFAULT-VALUE}.")
  private Duration length = Duration.ofHours(1);

  @Option(names = "--seed", paramLabel = "N", description = "Default: another one each time.")
  private long seed = System.nanoTime() % 1_000_000;

  @Option(
      names = "--out",
      paramLabel = "DIRECTORY",
      defaultValue = ".",
      description = "Where the files are written; default: here.")
  private Path out = Path.of("");

  private SoakCommand() {}

  public static void main(String[] args) {
    System.exit(new CommandLine(new SoakCommand()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    Path table = Files.createDirectories(out).resolve("soak.csv");
    Files.writeString(table, SoakTable.head());
    SoakPlan plan = new SoakPlan(seed, length, GUESTS, environment());
    System.out.printf("seed %d, kinds %s%n", seed, SoakPlan.kinds());
    SoakProgress progress = new SoakProgress(length, Boolean.getBoolean("soak.terminal"));
    Soak soak =
        new Soak(
            plan,
            sample -> {
              append(table, sample);
              progress.tell(sample);
            });
    endWithInput(soak);
    Path directory = Files.createTempDirectory("pg-proxy-soak");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> FaultCommand.delete(directory)));
    Soak.Outcome outcome = soak.play(directory);
    Files.writeString(out.resolve("soak.svg"), SoakPlot.svg(outcome.samples()));
    String report = SoakReport.text(plan, outcome);
    Files.writeString(out.resolve("soak.md"), report);
    System.out.printf("%n%s", report);
    return outcome.good() ? 0 : 1;
  }

  private static void append(Path table, SoakSample sample) {
    try {
      Files.writeString(table, SoakTable.line(sample), APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The flags that users' proxies run with, if bin/soak has told where they are. */
  private static Map<String, String> environment() {
    @Nullable String flags = System.getProperty("soak.jvm");
    return flags == null ? Map.of() : Map.of("JDK_JAVA_OPTIONS", "@" + flags);
  }

  /**
   * bin/soak closes this end's standard input at Ctrl-C, since a signal would end the proxy and the
   * servers, too.
   */
  private static void endWithInput(Soak soak) {
    Thread.ofPlatform()
        .daemon()
        .name("end-of-input")
        .start(() -> {
          try (InputStream input = System.in) {
            input.transferTo(java.io.OutputStream.nullOutputStream());
          } catch (IOException e) {
            // As good as its end.
          }
          soak.end();
        });
  }
}
