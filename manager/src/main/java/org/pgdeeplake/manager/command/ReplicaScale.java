package org.pgdeeplake.manager.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.List;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.ReplicaOrder;
import org.pgdeeplake.manager.deployment.Replicas;
import org.pgdeeplake.manager.deployment.ReplicatedDeployment;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.scale.ReplicaPlan;
import org.pgdeeplake.manager.scale.ReplicaRequest;
import org.pgdeeplake.manager.scale.ReplicaScaling;
import org.pgdeeplake.manager.terminal.Amounts;
import org.pgdeeplake.manager.terminal.Json;
import org.pgdeeplake.manager.terminal.Progress;
import org.pgdeeplake.manager.terminal.Report;
import org.pgdeeplake.manager.terminal.Style;
import org.pgdeeplake.manager.terminal.Text;

/** {@code scale} where a controller starts and ends the instances. */
record ReplicaScale(Invocation invocation, Context context) {

  int run(ReplicaRequest request, boolean dryRun) throws DeploymentFailed {
    if (!(context.deployment() instanceof ReplicatedDeployment deployment)) {
      throw new Refused("the number of these instances is not the manager's");
    }
    Thread scaling = Thread.currentThread();
    // From here on Ctrl-C means: take back what the proxy was told, then end.
    invocation.termination().catchSignals();
    invocation.termination().onRequest(scaling::interrupt);
    try (Progress progress = context.progress();
        ProxyAdmin proxy = context.proxyAdmin()) {
      ReplicaScaling all =
          new ReplicaScaling(
              deployment, context.postgres(), context.afterStart(), proxy, request, progress);
      ReplicaScaling.Scaled scaled = dryRun ? all.plan() : all.carryOut();
      context.print(new Told(request.order(), dryRun, scaled.plan(), scaled.warnings()));
      return ExitCodes.OK;
    } catch (InterruptedException _) {
      throw new DeploymentFailed(
          "ended by a signal; `manage status` shows how it stands, and the same command goes on");
    } catch (DeploymentFailed e) {
      if (invocation.termination().requested()) {
        throw new DeploymentFailed(
            "ended by a signal; `manage status` shows how it stands, and the same command goes on",
            e);
      }
      throw e;
    }
  }

  private record Told(ReplicaOrder order, boolean dryRun, ReplicaPlan plan, List<String> warnings)
      implements Report {

    @Override
    public void write(Text text) {
      if (dryRun) {
        plan.difference().forEach(text::line);
        if (plan.difference().isEmpty() && plan.joining().isEmpty()) {
          text.line("Nothing would change.");
        }
      }
      plan.joining().forEach(one -> text.line(one.name() + (dryRun ? " would start" : " started")));
      plan.leaving()
          .forEach(
              one -> text.line(one.name() + (dryRun ? " would be drained and end" : " ended")));
      warnings.forEach(warning -> text.line(text.styled(Style.DOUBTFUL, "warning: " + warning)));
      if (!dryRun) {
        text.line(summary());
      }
    }

    private String summary() {
      Replicas.Autoscaler autoscaler = plan.now().autoscaler();
      if (order instanceof ReplicaOrder.Automatic(boolean awake, boolean neverFewer)
          && autoscaler != null) {
        return "KEDA decides how many run, %d to %d (%s)%s%s."
            .formatted(
                awake ? Math.max(1, autoscaler.least()) : autoscaler.least(),
                autoscaler.most(),
                autoscaler.name(),
                awake ? ", and keeps one awake" : "",
                neverFewer ? ", and ends none" : "");
      }
      int count = plan.target().size();
      String runs =
          count == 0
              ? "No instance runs"
              : Amounts.count(count, "instance") + (count == 1 ? " runs" : " run");
      if (autoscaler == null) {
        return runs + ".";
      }
      return "%s, and KEDA is paused at that (%s)%s; `manage scale auto` hands back to it."
          .formatted(
              runs, autoscaler.name(), count == 0 ? ": nothing wakes one, clients wait" : "");
    }

    @Override
    public JsonNode json() {
      Replicas.Autoscaler autoscaler = plan.now().autoscaler();
      var root = Json.object();
      switch (order) {
        case ReplicaOrder.Exactly(int count) -> root.put("instances", count);
        default -> root.put("instances", "auto");
      }
      root.put("dryRun", dryRun)
          .put("before", plan.now().count())
          .put("owner", plan.now().owner())
          .put("autoscaler", autoscaler == null ? null : autoscaler.name())
          .put("autoscalerPaused", autoscaler != null && order instanceof ReplicaOrder.Exactly);
      root.set("started", names(plan.joining()));
      root.set("removed", names(plan.leaving()));
      root.set("warnings", Json.strings(warnings));
      root.set("difference", Json.strings(plan.difference()));
      return root;
    }

    private static ArrayNode names(List<Instance> instances) {
      return Json.strings(instances.stream().map(Instance::name).toList());
    }
  }
}
