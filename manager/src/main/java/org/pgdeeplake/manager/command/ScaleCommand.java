package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.ScalableDeployment;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.scale.ScalePlan;
import org.pgdeeplake.manager.scale.ScaleRequest;
import org.pgdeeplake.manager.scale.Scaling;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Progress;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Text;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "scale",
    mixinStandardHelpOptions = true,
    description = {
      "Changes the number of instances; clients notice nothing.",
      "",
      "New instances are healthy and have the databases of the others before the proxy sends"
          + " anybody there. Those that go take no new sessions and end when theirs have ended, or"
          + " after --drain-timeout. 0 stops all and keeps them defined: clients wait in the proxy,"
          + " and idle-watch starts one at the first. If a step fails, what ran before serves on;"
          + " the same command again goes on where it stopped.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  manage scale 4",
      "  manage scale 1 --drain-timeout 5m",
      "  manage scale 3 --dry-run",
      "  manage scale 2 --image quay.io/activeloopai/pg-deeplake:18"
    })
public final class ScaleCommand implements Callable<Integer> {
  private static final int MOST_INSTANCES = 100;

  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "N", description = "How many shall run, 0 to 100.")
  private int instances;

  @Option(
      names = "--image",
      paramLabel = "IMAGE",
      description = "Of the instances, kept for the next time; those that run get it one by one.")
  private @Nullable String image;

  @Option(
      names = "--drain-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "For the sessions of an instance that goes; then they are closed. Default: 60s.")
  private Duration drain = Duration.ofSeconds(60);

  @Option(
      names = "--start-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "For a new instance to be healthy. Default: 5m.")
  private Duration start = Duration.ofMinutes(5);

  @Option(names = "--dry-run", description = "Only show what would be done, and the files.")
  private boolean dryRun;

  public ScaleCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    Checks.range(Objects.requireNonNull(spec), "N", instances, 0, MOST_INSTANCES);
    try (Context context = common.open(invocation)) {
      if (context.kind() == DeploymentKind.kubernetes) {
        throw notOurs();
      }
      PostgresAccess access = context.postgres();
      if (image != null && instances == 0) {
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(), "--image: with 0 there is none to get it");
      }
      if (!(context.deployment() instanceof ScalableDeployment deployment)) {
        throw notOurs();
      }
      ScaleReport report = scale(context, deployment, access);
      context.print(report);
      return ExitCodes.OK;
    }
  }

  private static Refused notOurs() {
    return new Refused(
        "the StatefulSet is KEDA's: its minimum and maximum are in the chart's values");
  }

  private ScaleReport scale(Context context, ScalableDeployment deployment, PostgresAccess access)
      throws Exception {
    ScaleRequest request = new ScaleRequest(instances, Optional.ofNullable(image), drain, start);
    try (Progress progress = context.progress();
        ProxyAdmin proxy = context.proxyAdmin()) {
      Scaling scaling =
          new Scaling(
              deployment,
              access,
              context.afterStart(),
              proxy,
              context.proxyCredentials() != null,
              request,
              progress,
              invocation.termination()::requested);
      if (!dryRun) {
        // From here on Ctrl-C means: take back what was begun, then end.
        invocation.termination().catchSignals();
      }
      Scaling.Scaled scaled =
          dryRun ? new Scaling.Scaled(scaling.plan(), List.of()) : scaling.carryOut();
      return new ScaleReport(instances, dryRun, scaled.plan(), scaled.warnings());
    }
  }

  private record ScaleReport(int instances, boolean dryRun, ScalePlan plan, List<String> warnings)
      implements Report {

    @Override
    public void write(Text text) {
      if (dryRun) {
        plan.difference().forEach(text::line);
        if (plan.changesNothing()) {
          text.line("Nothing would change.");
        }
      }
      tell(text, dryRun ? "would be started" : "started", plan.start());
      tell(text, dryRun ? "would be renewed" : "renewed", plan.renew());
      tell(text, dryRun ? "would be stopped" : "stopped", plan.stop());
      tell(text, dryRun ? "would be removed" : "removed", plan.remove());
      warnings.forEach(warning -> text.line(text.styled(Style.DOUBTFUL, "warning: " + warning)));
      if (!dryRun) {
        text.line(
            switch (instances) {
              case 0 -> "No instance runs; the next client waits in the proxy until one does.";
              case 1 -> "1 instance runs.";
              default -> instances + " instances run.";
            });
      }
    }

    private static void tell(Text text, String what, List<Instance> instances) {
      instances.forEach(instance -> text.line(instance.name() + " " + what));
    }

    @Override
    public JsonNode json() {
      var root = Json.object().put("instances", instances).put("dryRun", dryRun);
      root.set("started", names(plan.start()));
      root.set("renewed", names(plan.renew()));
      root.set("stopped", names(plan.stop()));
      root.set("removed", names(plan.remove()));
      root.set("warnings", strings(warnings));
      root.set("difference", strings(plan.difference()));
      return root;
    }

    private static ArrayNode names(List<Instance> instances) {
      return strings(instances.stream().map(Instance::name).toList());
    }

    private static ArrayNode strings(List<String> strings) {
      ArrayNode array = Json.array();
      strings.forEach(array::add);
      return array;
    }
  }
}
