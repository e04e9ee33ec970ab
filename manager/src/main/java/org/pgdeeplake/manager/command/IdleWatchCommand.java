package org.pgdeeplake.manager.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.compose.ComposeDeployment;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.LockFile;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.idle.IdleTime;
import org.pgdeeplake.manager.idle.IdleWatch;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "idle-watch",
    mixinStandardHelpOptions = true,
    description = {
      "Starts an instance at the first client that waits in the proxy, and stops all after a time"
          + " without demand.",
      "",
      "An instance with a session that runs something or is in a transaction is left alone. While"
          + " the proxy cannot be heard nothing is stopped. One watch is enough, and a second one"
          + " ends with 4. Ctrl-C and SIGTERM end it with 0; instances of the local deployment end"
          + " with it, busy or not, containers go on.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  manage idle-watch --idle 15m",
      "  manage idle-watch --deployment local --instances 2",
      "  COMPOSE_PROFILES=idle-watch docker compose up -d   # the same as a service"
    })
public final class IdleWatchCommand implements Callable<Integer> {
  private static final String IDLE_VARIABLE = "IDLE_TIMEOUT_SECONDS";
  private static final IdleTime DEFAULT_IDLE = new IdleTime(Duration.ofMinutes(15));
  private static final int MOST_INSTANCES = 100;

  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Option(
      names = "--instances",
      paramLabel = "N",
      description =
          "How many are started at demand. Default: 1. The local deployment is made with so many if"
              + " there is none yet.")
  private @Nullable Integer instances;

  @Option(
      names = "--base-port",
      paramLabel = "PORT",
      description =
          "Of the local deployment, with --instances: instance i listens on 127.0.0.1, port"
              + " PORT + i. Default: ${DEFAULT-VALUE}.")
  private int basePort = LocalDeployment.DEFAULT_BASE_PORT;

  @Option(
      names = "--idle",
      paramLabel = "TIME",
      converter = IdleTimeConverter.class,
      description =
          "Without demand for so long the instances are stopped: 30s, 5m, 1h. Default:"
              + " $$IDLE_TIMEOUT_SECONDS, a number of seconds, or 15m.")
  private @Nullable IdleTime idle;

  public IdleWatchCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    int count = instances == null ? 1 : instances;
    Checks.range(command, "--instances", count, 1, MOST_INSTANCES);
    Checks.range(command, "--base-port", basePort, 0, 65535 - count);
    try (Context context = common.open(invocation)) {
      IdleTime idleTime =
          idle != null ? idle : idleFrom(context.settings().get(IDLE_VARIABLE, ""), command);
      IdleWatch.Plan plan = new IdleWatch.Plan(context.proxy(), idleTime, count);
      PostgresAccess access = context.postgres();
      invocation.termination().catchSignals();
      return switch (context.kind()) {
        case local -> watchLocal(context, access, plan);
        case compose -> watchCompose(context, access, plan);
        case kubernetes ->
            throw new Refused(
                "in Kubernetes KEDA starts and stops the instances; idle-watch would work against"
                    + " it");
      };
    }
  }

  private int watchLocal(Context context, PostgresAccess access, IdleWatch.Plan plan)
      throws Exception {
    Path directory = context.localDirectory();
    try (LockFile _ = LocalDeployment.lockForWatch(directory, "idle-watch")) {
      LocalDeployment local = localDeployment(context, directory);
      IdleWatch watch = new IdleWatch(local, access, plan, AfterStart.NOTHING);
      invocation.termination().onRequest(watch::stop);
      List<String> failed;
      try {
        watch.run();
      } finally {
        failed = watch.stopInstances();
        failed.forEach(invocation.err()::println);
      }
      return failed.isEmpty() ? ExitCodes.OK : ExitCodes.PARTLY;
    }
  }

  private LocalDeployment localDeployment(Context context, Path directory) throws DeploymentFailed {
    if (instances == null && LocalDeployment.existsIn(directory)) {
      return (LocalDeployment) context.deployment();
    }
    int count = instances == null ? 1 : instances;
    return LocalDeployment.prepare(
        directory,
        IntStream.rangeClosed(1, count).mapToObj(i -> Instance.local(i, basePort + i)).toList());
  }

  private int watchCompose(Context context, PostgresAccess access, IdleWatch.Plan plan)
      throws Exception {
    ComposeDeployment compose = (ComposeDeployment) context.deployment();
    try (LockFile _ = compose.lockForWatch("idle-watch")) {
      IdleWatch watch = new IdleWatch(compose, access, plan, context.afterStart());
      invocation.termination().onRequest(watch::stop);
      watch.run();
      return ExitCodes.OK;
    }
  }

  private static IdleTime idleFrom(String seconds, CommandSpec command) {
    if (seconds.isEmpty()) {
      return DEFAULT_IDLE;
    }
    try {
      return new IdleTime(Duration.ofSeconds(Integer.parseInt(seconds)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          command.commandLine(),
          IDLE_VARIABLE + "='" + seconds + "' is no number of seconds above 0",
          e);
    }
  }
}
