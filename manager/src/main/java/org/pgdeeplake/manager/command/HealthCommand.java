package org.pgdeeplake.manager.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.health.HealthCheck;
import org.pgdeeplake.manager.health.HealthReport;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.terminal.Progress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "health",
    mixinStandardHelpOptions = true,
    description = {
      "Examines each instance: pg_deeplake's settings, connections, tables, storage.",
      "",
      "Ends with 0 if all are healthy and with 1 if any is not. What fails is told in one word:",
      "",
      "  unreachable  it does not run, or PostgreSQL does not answer",
      "  extension    pg_deeplake is not installed in POSTGRES_DB",
      "  stateless    deeplake.stateless_enabled is not on",
      "  root_path    deeplake.root_path is empty",
      "  catalog      s3:// path: the catalog cannot be read",
      "  directory    local path: there is no such directory",
      "  silent       it logs FATAL messages only: rotate-creds was cut off; rotate once more",
      "",
      "An instance of a local deployment that knows no pg_deeplake is healthy without it.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  manage health", "  manage health pg-deeplake-2 --output json"})
public final class HealthCommand implements Callable<Integer> {
  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "INSTANCE", description = "Only these. Default: all.")
  private List<String> names = new ArrayList<>();

  public HealthCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    try (Context context = common.open(invocation)) {
      HealthReport report;
      PostgresAccess access = context.postgres();
      HealthCheck check = new HealthCheck(context.deployment(), access, database(context));
      List<Instance> chosen = chosen(context);
      try (Progress progress = context.progress()) {
        progress.step("examining " + names(chosen));
        report = new HealthReport(check.examine(chosen, context.timeout()));
      }
      context.print(report);
      return report.healthy() ? ExitCodes.OK : ExitCodes.FAILED;
    }
  }

  private static String database(Context context) {
    return context.kind() == DeploymentKind.local
        ? "postgres"
        : context.settings().postgresDatabase();
  }

  private List<Instance> chosen(Context context) throws DeploymentFailed {
    List<Instance> all = context.deployment().instances();
    for (String name : names) {
      if (all.stream().noneMatch(instance -> instance.name().equals(name))) {
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(),
            "there is no instance '%s'; there are %s".formatted(name, names(all)));
      }
    }
    return names.isEmpty()
        ? all
        : all.stream().filter(instance -> names.contains(instance.name())).toList();
  }

  private static String names(List<Instance> instances) {
    return instances.stream().map(Instance::name).collect(Collectors.joining(", "));
  }
}
