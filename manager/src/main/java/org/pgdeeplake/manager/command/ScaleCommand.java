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
import org.pgdeeplake.manager.deployment.ReplicaOrder;
import org.pgdeeplake.manager.deployment.ScalableDeployment;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.scale.ReplicaRequest;
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
      "On kubernetes the StatefulSet runs N pods. If a KEDA ScaledObject keeps their number, it is"
          + " paused at N by its annotation, since KEDA would undo anything else, and stays so until"
          + " 'manage scale auto' hands back to it; where a HorizontalPodAutoscaler does, scale"
          + " refuses. Pods that go are drained by the proxy first.",
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
      "  manage scale 3 --deployment kubernetes -n deeplake  # KEDA is paused at 3",
      "  manage scale auto --deployment kubernetes           # KEDA decides again",
      "  manage scale auto --keep-awake                      # it does, and one stays up",
      "  manage scale 2 --image quay.io/activeloopai/pg-deeplake:18"
    })
public final class ScaleCommand implements Callable<Integer> {
  private static final int MOST_INSTANCES = 100;
  private static final String AUTO = "auto";

  private final Invocation invocation;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private CommonOptions common = new CommonOptions();

  @Parameters(
      paramLabel = "N",
      description = "How many shall run, 0 to 100; or auto: KEDA decides, on kubernetes only.")
  private String number = "";

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
          "For the sessions of an instance that goes; then they are closed, on kubernetes after what"
              + " the pod's preStop hook gives them. Default: 60s.")
  private Duration drain = Duration.ofSeconds(60);

  @Option(
      names = "--start-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "For a new instance to be healthy; on kubernetes also for pods that go to be gone."
              + " Default: 5m.")
  private Duration start = Duration.ofMinutes(5);

  @Mixin private ReplicaOptions replicas = new ReplicaOptions();

  @Option(names = "--dry-run", description = "Only show what would be done, and the files.")
  private boolean dryRun;

  public ScaleCommand(Invocation invocation) {
    this.invocation = invocation;
  }

  @Override
  public Integer call() throws Exception {
    boolean auto = number.equals(AUTO);
    int instances = auto ? 0 : count();
    try (Context context = common.open(invocation)) {
      if (context.kind() == DeploymentKind.kubernetes) {
        if (image != null) {
          throw new Refused("--image: on kubernetes it is one of the chart's values");
        }
        ReplicaOrder order =
            auto ? replicas.automatic() : replicas.exactly(Objects.requireNonNull(spec), instances);
        return new ReplicaScale(invocation, context)
            .run(new ReplicaRequest(order, replicas.asksProxy(), drain, start), dryRun);
      }
      if (auto || replicas.any()) {
        throw new Refused(
            "auto, --keep-awake, --no-scale-in and --no-drain are for kubernetes; elsewhere idle-watch decides");
      }
      PostgresAccess access = context.postgres();
      if (image != null && instances == 0) {
        throw new ParameterException(
            Objects.requireNonNull(spec).commandLine(), "--image: with 0 there is none to get it");
      }
      if (!(context.deployment() instanceof ScalableDeployment deployment)) {
        throw new Refused("the number of these instances is not the manager's");
      }
      ScaleReport report = scale(context, deployment, access, instances);
      context.print(report);
      return ExitCodes.OK;
    }
  }

  private int count() {
    CommandSpec command = Objects.requireNonNull(spec);
    if (!number.matches("-?\\d{1,9}")) {
      throw new ParameterException(
          command.commandLine(),
          "Invalid value for positional parameter at index 0 (N): '%s' is neither a number nor auto"
              .formatted(number));
    }
    int count = Integer.parseInt(number);
    Checks.range(command, "N", count, 0, MOST_INSTANCES);
    return count;
  }

  private ScaleReport scale(
      Context context, ScalableDeployment deployment, PostgresAccess access, int instances)
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
      root.set("warnings", Json.strings(warnings));
      root.set("difference", Json.strings(plan.difference()));
      return root;
    }

    private static ArrayNode names(List<Instance> instances) {
      return Json.strings(instances.stream().map(Instance::name).toList());
    }
  }
}
