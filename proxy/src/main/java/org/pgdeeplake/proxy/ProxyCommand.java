package org.pgdeeplake.proxy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.LoadedConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line of the proxy. */
@Command(
    name = "pg-proxy",
    description = {
      "Holds PostgreSQL connections until an instance can take them, then passes bytes."
    },
    mixinStandardHelpOptions = true,
    versionProvider = ProxyCommand.Version.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    optionListHeading = "%nOptions:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "  0:ended cleanly, or with --check the file is valid",
      "  1:the configuration is not valid, or the start failed (a port in use)",
      "  2:the command line is wrong",
      "130:ended at once by a second Ctrl-C"
    },
    footerHeading = "%nSignals:%n",
    footer = {
      "  SIGTERM or Ctrl-C ends it gently: shutdown.drain-timeout in the file.",
      "  A second Ctrl-C ends it at once.",
      "  SIGHUP has FILE and its certificates read again: all of it is applied, or",
      "  nothing, with the reason in the log. Sessions go on.",
      "",
      "Environment:",
      "  PG_PROXY_LOG_LEVEL  error, warn, info (default) or debug, where FILE has no log.level",
      "  PG_PROXY_HEAP       size of the Java heap, such as 256m (default 128m, which does",
      "                      for 12000 sessions; 32m and 8m for each 1000 of max-connections)",
      "",
      "Example:",
      "  bin/pg-proxy --check --config config/proxy.conf",
      "  bin/pg-proxy --config config/proxy.conf",
      "  bin/pg-proxy --train      once after a build: starts take half the time then"
    })
final class ProxyCommand implements Callable<Integer> {
  static final int OK = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;

  /** What a shell reports of a process that SIGINT ended. */
  static final int INTERRUPTED = 128 + 2;

  private final ToIntBiFunction<LoadedConfig, PrintWriter> serve;

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--config",
      required = true,
      paramLabel = "FILE",
      description = "The configuration, in HOCON. Every key: reference.conf.")
  private @Nullable Path file;

  @Option(
      names = "--check",
      description = "Only say whether FILE and its certificates are valid, with every problem.")
  private boolean check;

  private ProxyCommand(ToIntBiFunction<LoadedConfig, PrintWriter> serve) {
    this.serve = serve;
  }

  /**
   * @param serve runs a proxy to its end and returns the exit code
   * @return the exit code
   */
  static int execute(
      PrintWriter out,
      PrintWriter err,
      ToIntBiFunction<LoadedConfig, PrintWriter> serve,
      String... args) {
    return new CommandLine(new ProxyCommand(serve))
        .setParameterExceptionHandler((problem, wrong) -> refuse(problem))
        .setOut(out)
        .setErr(err)
        .execute(args);
  }

  @Override
  public Integer call() {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    return new Order(Objects.requireNonNull(file), check)
        .execute(line.getOut(), line.getErr(), serve);
  }

  private static int refuse(ParameterException problem) {
    CommandLine line = problem.getCommandLine();
    // A misspelt --config is both missing and unknown; the second says more.
    ParameterException shown =
        line.getUnmatchedArguments().isEmpty()
            ? problem
            : new UnmatchedArgumentException(line, line.getUnmatchedArguments());
    line.getErr().println("pg-proxy: " + shown.getMessage());
    UnmatchedArgumentException.printSuggestions(shown, line.getErr());
    line.getErr().println("Try: pg-proxy --help");
    return USAGE;
  }

  /** From the manifest of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"pg-proxy " + (version == null ? "(not packaged)" : version)};
    }
  }
}
