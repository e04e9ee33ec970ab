package org.pgdeeplake.manager.command;

import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.settings.Settings;
import org.pgdeeplake.manager.status.StatusReport;
import org.pgdeeplake.manager.status.Survey;
import org.pgdeeplake.manager.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description = {
      "Shows instances, proxy and Redis at a glance.",
      "",
      "Ends with 0 if all is as it should be, else with 1 and a last line 'trouble: …'. Scaled to"
          + " zero is no trouble. The session that it opens through the proxy is a probe: it wakes"
          + " nothing and is no demand.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  manage status", "  manage status --watch 5", "  manage status --output json"})
public final class StatusCommand implements Callable<Integer> {
  private static final int LONGEST_PAUSE = 3600;

  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description =
          "Where clients reach the proxy, on $$PROXY_HOST. Default: $$PROXY_PORT, or 5432.")
  private @Nullable Integer port;

  @Option(
      names = "--watch",
      arity = "0..1",
      fallbackValue = "2",
      paramLabel = "SECONDS",
      description = {
        "Again and again, until Ctrl-C, which ends it with 0. As JSON a document in each line."
            + " Default: ${FALLBACK-VALUE}."
      })
  private @Nullable Integer watch;

  public StatusCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    if (port != null) {
      Checks.range(command, "--port", port, 1, 65535);
    }
    if (watch != null) {
      Checks.range(command, "--watch", watch, 1, LONGEST_PAUSE);
    }
    try (Context context = common.open(invocation)) {
      Optional<URI> clients = context.proxyClients();
      String host = context.settings().get("PROXY_HOST", "127.0.0.1");
      int port = this.port != null ? this.port : portOf(context.settings(), command);
      Survey.Places places =
          new Survey.Places(
              context.proxy(),
              clients.map(URI::getHost).orElse(host),
              clients.map(URI::getPort).orElse(port),
              context.redis().orElse(null));
      Survey survey =
          new Survey(context.deployment(), context.postgres(), places, context.timeout());
      return watch == null ? once(context, survey) : watch(survey, watch);
    }
  }

  private int once(Context context, Survey survey) throws DeploymentFailed, InterruptedException {
    StatusReport report;
    try (Progress progress = context.progress()) {
      progress.step("asking instances, proxy and Redis");
      report = new StatusReport(survey.look());
    }
    context.print(report);
    return report.trouble() ? ExitCodes.FAILED : ExitCodes.OK;
  }

  private int watch(Survey survey, int seconds) throws DeploymentFailed {
    Thread watching = Thread.currentThread();
    invocation.termination().catchSignals();
    invocation.termination().onRequest(watching::interrupt);
    try {
      while (!invocation.termination().requested()) {
        invocation.printAgain(new StatusReport(survey.look()), common.format());
        TimeUnit.SECONDS.sleep(seconds);
      }
    } catch (InterruptedException _) {
      // The end that was asked for.
    } catch (DeploymentFailed e) {
      if (!invocation.termination().requested()) {
        throw e;
      }
    }
    return ExitCodes.OK;
  }

  /** Of the proxy, for its clients. */
  static int portOf(Settings settings, CommandSpec command) {
    String text = settings.get("PROXY_PORT", "5432");
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= 65535) {
        return number;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new ParameterException(
        command.commandLine(), "PROXY_PORT='" + text + "' is no port: 1 to 65535");
  }
}
