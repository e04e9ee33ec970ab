package org.pgdeeplake.manager.command;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.idle.IdleTime;
import org.pgdeeplake.manager.idle.IdleWatch;
import org.pgdeeplake.manager.local.DataDirectoryLock;
import org.pgdeeplake.manager.local.LocalDeployment;
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
      "Starts the instances at the first client that waits in the proxy, and stops them after a"
          + " time without demand.",
      "",
      "An instance with a session that runs something or is in a transaction is left alone. While"
          + " the proxy cannot be heard nothing is stopped. Ctrl-C and SIGTERM stop all instances,"
          + " busy or not, and end with 0.",
      ""
    })
public final class IdleWatchCommand implements Callable<Integer> {
  private static final String IDLE_VARIABLE = "IDLE_TIMEOUT_SECONDS";
  private static final IdleTime DEFAULT_IDLE = new IdleTime(Duration.ofMinutes(15));
  private static final int MOST_INSTANCES = 100;

  private enum DeploymentKind {
    local
  }

  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private DataOption data = new DataOption();

  @Option(
      names = "--deployment",
      paramLabel = "KIND",
      description =
          "What runs the instances: ${COMPLETION-CANDIDATES} (PostgreSQL as processes of this"
              + " machine). Default: ${DEFAULT-VALUE}.")
  private DeploymentKind deployment = DeploymentKind.local;

  @Option(
      names = "--instances",
      paramLabel = "N",
      description = "How many. Default: ${DEFAULT-VALUE}.")
  private int instances = 1;

  @Option(
      names = "--base-port",
      paramLabel = "PORT",
      description = "Instance i listens on 127.0.0.1, port PORT + i. Default: ${DEFAULT-VALUE}.")
  private int basePort = 5432;

  @Option(
      names = "--proxy",
      paramLabel = "URL",
      converter = ProxyAddressConverter.class,
      description = "The proxy's admin address. Default: ${DEFAULT-VALUE}.")
  private URI proxy = URI.create("http://127.0.0.1:8404");

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
    Checks.range(command, "--instances", instances, 1, MOST_INSTANCES);
    Checks.range(command, "--base-port", basePort, 0, 65535 - instances);
    IdleTime idleTime = idle != null ? idle : idleFromEnvironment(command);
    Path directory = data.directory(invocation.environment());
    invocation.termination().catchSignals();
    List<Instance> chosen =
        IntStream.rangeClosed(1, instances).mapToObj(i -> Instance.local(i, basePort + i)).toList();
    return switch (deployment) {
      case local -> watchLocal(directory, chosen, idleTime);
    };
  }

  private int watchLocal(Path directory, List<Instance> chosen, IdleTime idleTime)
      throws Exception {
    try (DataDirectoryLock _ = DataDirectoryLock.acquire(directory, "idle-watch")) {
      LocalDeployment local = LocalDeployment.prepare(directory, chosen);
      IdleWatch watch = new IdleWatch(local, proxy, idleTime);
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

  private IdleTime idleFromEnvironment(CommandSpec command) {
    String seconds = invocation.environment().getOrDefault(IDLE_VARIABLE, "");
    if (seconds.isEmpty()) {
      return DEFAULT_IDLE;
    }
    try {
      return new IdleTime(Duration.ofSeconds(Integer.parseInt(seconds)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          command.commandLine(),
          IDLE_VARIABLE + "='" + seconds + "' in the environment is no number of seconds above 0",
          e);
    }
  }
}
