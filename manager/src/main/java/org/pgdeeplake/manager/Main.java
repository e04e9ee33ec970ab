package org.pgdeeplake.manager;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.build.BuildInfo;
import org.pgdeeplake.manager.command.CacheFlushCommand;
import org.pgdeeplake.manager.command.CacheStatsCommand;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.command.HealthCommand;
import org.pgdeeplake.manager.command.IdleWatchCommand;
import org.pgdeeplake.manager.command.IngestCommand;
import org.pgdeeplake.manager.command.IngestTpchCommand;
import org.pgdeeplake.manager.command.Invocation;
import org.pgdeeplake.manager.command.ProvisionDbCommand;
import org.pgdeeplake.manager.command.ProxyCommand;
import org.pgdeeplake.manager.command.QuickstartCommand;
import org.pgdeeplake.manager.command.RotateCredsCommand;
import org.pgdeeplake.manager.command.RunDdlCommand;
import org.pgdeeplake.manager.command.ScaleCommand;
import org.pgdeeplake.manager.command.StatusCommand;
import org.pgdeeplake.manager.command.Termination;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.terminal.Terminal;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code manage}: parses, runs one command and turns what went wrong into a message and a code. */
@Command(
    name = "manage",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {"Manages the PostgreSQL instances behind the proxy.", ""})
public final class Main implements Callable<Integer> {
  /** Set: the stack trace of an internal error is shown. */
  private static final String DEBUG = "MANAGE_DEBUG";

  /** The launcher says where it is. */
  private static final String HOME = "pgdeeplake.home";

  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  private Main(Invocation invocation) {
    this.invocation = invocation;
  }

  /** The process. Signals end a command in order. */
  public static void main(String[] args) {
    Termination termination = new Termination(true);
    int code =
        run(
            new Invocation(
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                Terminal.ofProcess(System.getenv()),
                Path.of(System.getProperty(HOME, "")),
                System.getenv(),
                termination),
            args);
    termination.finished(code);
    System.exit(code);
  }

  /** One command without a process of its own; returns the exit code. */
  public static int run(PrintWriter out, PrintWriter err, String... args) {
    return run(
        new Invocation(
            out, err, Terminal.none(), Path.of(""), System.getenv(), new Termination(false)),
        args);
  }

  static int run(Invocation invocation, String... args) {
    CommandLine commandLine =
        new CommandLine(new Main(invocation))
            .addSubcommand(new StatusCommand(invocation))
            .addSubcommand(new HealthCommand(invocation))
            .addSubcommand(new ProvisionDbCommand(invocation))
            .addSubcommand(new RunDdlCommand(invocation))
            .addSubcommand(new ScaleCommand(invocation))
            .addSubcommand(ProxyCommand.of(invocation))
            .addSubcommand(new CacheStatsCommand(invocation))
            .addSubcommand(new CacheFlushCommand(invocation))
            .addSubcommand(
                new CommandLine(new IngestCommand(invocation))
                    .addSubcommand(new IngestTpchCommand(invocation)))
            .addSubcommand(new RotateCredsCommand(invocation))
            .addSubcommand("completion", new AutoComplete.GenerateCompletion())
            .addSubcommand(new QuickstartCommand(invocation))
            .addSubcommand(new IdleWatchCommand(invocation));
    describe(commandLine);
    int code =
        commandLine
            .setOut(invocation.out())
            .setErr(invocation.err())
            .setUsageHelpWidth(100)
            .setCaseInsensitiveEnumValuesAllowed(false)
            .setParameterExceptionHandler((e, _) -> wrongUsage(invocation, e))
            .setExecutionExceptionHandler((e, _, _) -> failed(invocation, e))
            .execute(args);
    invocation.out().flush();
    invocation.err().flush();
    return code;
  }

  /** With all subcommands, and theirs. */
  private static void describe(CommandLine commandLine) {
    commandLine.getSubcommands().values().forEach(Main::describe);
    commandLine.getCommandSpec().versionProvider(new Version());
    commandLine
        .getCommandSpec()
        .usageMessage()
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(ExitCodes.meanings());
  }

  @Override
  public Integer call() {
    if (spec != null) {
      spec.commandLine().usage(invocation.out());
    }
    return ExitCodes.FAILED;
  }

  private static int wrongUsage(Invocation invocation, ParameterException e) {
    PrintWriter err = invocation.err();
    boolean command = !e.getCommandLine().getSubcommands().isEmpty();
    err.println(
        e instanceof UnmatchedArgumentException unmatched && !command
            ? told(unmatched)
            : e.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("See '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    }
    return ExitCodes.USAGE;
  }

  /** Without what may be the value of a misspelt option: a secret. */
  private static String told(UnmatchedArgumentException e) {
    List<String> options =
        e.getUnmatched().stream()
            .filter(argument -> argument.startsWith("-"))
            .map(argument -> "'" + argument.replaceAll("=.*", "") + "'")
            .toList();
    return options.isEmpty()
        ? "%d argument%s too many"
            .formatted(e.getUnmatched().size(), e.getUnmatched().size() == 1 ? "" : "s")
        : "Unknown option" + (options.size() == 1 ? ": " : "s: ") + String.join(", ", options);
  }

  private static int failed(Invocation invocation, Exception e) {
    PrintWriter err = invocation.err();
    return switch (e) {
      case Locked locked -> {
        err.println(locked.getMessage());
        yield ExitCodes.LOCKED;
      }
      case Refused refused -> {
        err.println(refused.getMessage());
        yield ExitCodes.REFUSED;
      }
      case DeploymentFailed failed -> {
        err.println(failed.getMessage());
        yield ExitCodes.FAILED;
      }
      default -> {
        err.println("Internal error: " + e + " (" + DEBUG + "=1 shows where)");
        if (invocation.environment().containsKey(DEBUG)) {
          e.printStackTrace(err);
        }
        yield ExitCodes.FAILED;
      }
    };
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      BuildInfo build = BuildInfo.read();
      return new String[] {
        "manage " + build.manager() + " (PostgreSQL " + build.postgresql() + ")"
      };
    }
  }
}
