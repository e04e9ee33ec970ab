package org.pgdeeplake.manager.command;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "proxy",
    mixinStandardHelpOptions = true,
    description = {
      "Looks at the running proxy, and tells it what to do.",
      "",
      "User and password for sessions and for every change: PROXY_STATS_USER and"
          + " PROXY_STATS_PASSWORD, or HAPROXY_STATS_USER and HAPROXY_STATS_PASSWORD, in .env or the"
          + " environment. JSON is the proxy's own: /api/v1/openapi.json there documents it; with"
          + " --dry-run it has \"dryRun\": true besides.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  manage proxy servers",
      "  manage proxy sessions",
      "  manage proxy drain pg-deeplake-1 --wait 60s"
    })
public final class ProxyCommand implements Callable<Integer> {
  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  private ProxyCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  /** With all of its subcommands. */
  public static CommandLine of(Invocation invocation) {
    return new CommandLine(new ProxyCommand(invocation))
        .addSubcommand(new ProxyServersCommand(invocation))
        .addSubcommand(new ProxySessionsCommand(invocation))
        .addSubcommand(new ProxyQueueCommand(invocation))
        .addSubcommand(new ProxyDemandCommand(invocation))
        .addSubcommand(new ProxyDrainCommand(invocation))
        .addSubcommand(new ProxyMaintCommand(invocation))
        .addSubcommand(new ProxyReadyCommand(invocation))
        .addSubcommand(new ProxyKillCommand(invocation))
        .addSubcommand(new ProxyPauseCommand(invocation))
        .addSubcommand(new ProxyResumeCommand(invocation))
        .addSubcommand(new ProxyWakeCommand(invocation))
        .addSubcommand(new ProxyReloadCommand(invocation));
  }

  @Override
  public Integer call() {
    Objects.requireNonNull(spec).commandLine().usage(invocation.out());
    return ExitCodes.FAILED;
  }
}
