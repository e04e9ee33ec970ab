package org.pgdeeplake.manager.command;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.LockFile;
import org.pgdeeplake.manager.idle.IdleTime;
import org.pgdeeplake.manager.idle.IdleWatch;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.quickstart.Ports;
import org.pgdeeplake.manager.quickstart.ProxyConfig;
import org.pgdeeplake.manager.quickstart.ProxyProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "quickstart",
    mixinStandardHelpOptions = true,
    description = {
      "Starts the proxy and idle-watch on this machine, without Docker and with no PostgreSQL"
          + " running: the first connection wakes one.",
      "",
      "Everything listens on 127.0.0.1 and lets everybody on this machine in without a password."
          + " Data is kept between runs, but not across a crash of the machine. Ctrl-C stops"
          + " everything that was started. If the proxy ends by itself, the exit code is the"
          + " proxy's.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  manage quickstart", "  psql -h 127.0.0.1 -p 5432 -U postgres"})
public final class QuickstartCommand implements Callable<Integer> {
  private static final int MOST_INSTANCES = 100;
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private DataOption data = new DataOption();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "For clients. Default: ${DEFAULT-VALUE}.")
  private int port = 5432;

  @Option(
      names = "--admin-port",
      paramLabel = "PORT",
      description = "For metrics and the API. Default: ${DEFAULT-VALUE}.")
  private int adminPort = 8404;

  @Option(
      names = "--instances",
      paramLabel = "N",
      description =
          "How many PostgreSQL are woken. Default: ${DEFAULT-VALUE}. They share no data, unlike"
              + " instances of pg_deeplake.")
  private int instances = 1;

  @Option(
      names = "--idle",
      paramLabel = "TIME",
      converter = IdleTimeConverter.class,
      description =
          "Without demand for so long the instances are stopped: 30s, 5m, 1h; a session idle for so"
              + " long is no demand. Default: ${DEFAULT-VALUE}.")
  private IdleTime idle = new IdleTime(Duration.ofMinutes(5));

  public QuickstartCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    Checks.range(command, "--port", port, 1, 65535);
    Checks.range(command, "--admin-port", adminPort, 1, 65535);
    Checks.range(command, "--instances", instances, 1, MOST_INSTANCES);
    if (port == adminPort) {
      throw new ParameterException(
          command.commandLine(), "--port and --admin-port must differ; both are " + port);
    }
    Path directory = data.directory(invocation.environment());
    invocation.termination().catchSignals();
    try (LockFile _ = LocalDeployment.lockForWatch(directory, "quickstart")) {
      return runIn(directory);
    } catch (DeploymentFailed e) {
      // Ctrl-C reaches initdb and the launcher too, whose failure then is no news.
      if (invocation.termination().requested()) {
        return ExitCodes.OK;
      }
      throw e;
    }
  }

  private int runIn(Path directory) throws DeploymentFailed, InterruptedException {
    ProxyProcess.stopLeftover(ProxyConfig.file(directory));
    Ports.requireFree(port, "--port");
    Ports.requireFree(adminPort, "--admin-port");
    List<Instance> chosen = Ports.chooseInstances(directory, instances, Set.of(port, adminPort));
    LocalDeployment local = LocalDeployment.prepare(directory, chosen);
    Path config = new ProxyConfig(port, adminPort, idle).write(directory);
    if (invocation.termination().requested()) {
      return ExitCodes.OK;
    }
    URI admin = URI.create("http://127.0.0.1:" + adminPort);
    ProxyProcess proxy = ProxyProcess.start(home(), config);
    IdleWatch watch =
        new IdleWatch(
            local,
            new PostgresAccess("postgres", "", ANSWER_LIMIT),
            new IdleWatch.Plan(admin, idle, instances),
            AfterStart.NOTHING);
    invocation.termination().onRequest(watch::stop);
    proxy.onExit(watch::stop);
    int proxyExitCode;
    List<String> failed;
    try {
      if (proxy.awaitReady(admin)) {
        explain(local);
        watch.run();
      }
    } finally {
      proxyExitCode = proxy.stop();
      failed = watch.stopInstances();
      failed.forEach(invocation.err()::println);
    }
    return invocation.termination().requested()
        ? (failed.isEmpty() ? ExitCodes.OK : ExitCodes.PARTLY)
        : proxyEnded(proxyExitCode);
  }

  private int proxyEnded(int exitCode) {
    invocation.err().println("The proxy ended by itself with exit code " + exitCode + ".");
    return exitCode;
  }

  /** bin/quickstart says where it is, since the proxy's launcher is beside it. */
  private static Path home() throws DeploymentFailed {
    String home = System.getProperty("pgdeeplake.home");
    if (home == null) {
      throw new DeploymentFailed("start this command with bin/quickstart, which knows the proxy");
    }
    return Path.of(home);
  }

  private void explain(LocalDeployment local) throws DeploymentFailed {
    boolean running =
        local.instances().stream().anyMatch(instance -> local.state(instance).mayAnswer());
    invocation
        .out()
        .printf(
            """

            %s Try, in another terminal:

              psql -h 127.0.0.1%s -U postgres -c 'select 1'

            The proxy holds the connection, idle-watch starts PostgreSQL, and the row comes.
            After %s without demand PostgreSQL is stopped again, and the next connection wakes it.
            Metrics: http://127.0.0.1:%d/metrics   Data: %s
            %sCtrl-C stops everything.

            """,
            running
                ? "An earlier run was killed and left PostgreSQL running; it is taken over."
                : "Ready, and no PostgreSQL is running.",
            port == 5432 ? "" : " -p " + port,
            idle,
            adminPort,
            data.directory(invocation.environment()),
            instances == 1
                ? ""
                : "Mind: the "
                    + instances
                    + " instances of plain PostgreSQL share no data; each connection gets one of"
                    + " them in turn.\n");
    invocation.out().flush();
  }
}
