package org.pgdeeplake.manager.status;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.proxy.Backend;
import org.pgdeeplake.manager.proxy.CurrentDemand;
import org.pgdeeplake.manager.proxy.Server;

/**
 * What is not as it should be, and what should be known though it is no trouble; one phrase each.
 */
record Findings(List<String> trouble, List<String> notes) {
  /** A start takes seconds; the proxy gives up after two minutes. */
  private static final double LONG_WAIT_SECONDS = 20;

  static Findings of(DeploymentStatus status) {
    Findings findings = new Findings(new ArrayList<>(), new ArrayList<>());
    for (int i = 0; i < status.instances().size(); i++) {
      boolean wanted = i < status.wanted().orElse(0);
      findings.state(status.instances().get(i), wanted);
    }
    findings.missing(status);
    if (!status.autoscaler().told().isEmpty()) {
      findings.notes.add(status.autoscaler().told());
    }
    findings.extension(status);
    findings.rootPaths(status);
    findings.proxy(status);
    findings.test(status);
    if (status.cache() != null && status.cache().glance() == null) {
      findings.trouble.add("Redis unreachable (" + status.cache().reason() + ")");
    }
    return new Findings(List.copyOf(findings.trouble), List.copyOf(findings.notes));
  }

  /** With too short a list nobody is woken, whoever waits. */
  private void missing(DeploymentStatus status) {
    int wanted = status.wanted().orElse(0);
    if (wanted > status.instances().size()) {
      trouble.add(
          "%d instances are wanted and %d defined: a scale was cut off; give manage scale %d again"
              .formatted(wanted, status.instances().size(), wanted));
    } else if (status.instances().isEmpty()) {
      trouble.add("no instance is defined: a scale was cut off; give it again");
    }
  }

  private void state(InstanceStatus status, boolean wanted) {
    if (status.state() == null) {
      trouble.add(status.name() + " is in an unknown state (" + status.reason() + ")");
      return;
    }
    switch (status.state().phase()) {
      case FAILED -> trouble.add(status.name() + " failed" + inBrackets(status.detail()));
      case RUNNING -> {
        if (status.facts() == null) {
          trouble.add(status.name() + " does not answer" + inBrackets(status.reason()));
        }
      }
      case STARTING, STOPPED, MISSING -> {
        if (wanted) {
          trouble.add(
              status.name() + " is wanted, but " + status.phase() + inBrackets(status.detail()));
        }
      }
    }
  }

  private static String inBrackets(String text) {
    return text.isEmpty() ? "" : " (" + text + ")";
  }

  private void extension(DeploymentStatus status) {
    List<String> without = new ArrayList<>();
    for (InstanceStatus each : status.instances()) {
      InstanceFacts facts = each.facts();
      if (facts != null && facts.extension() == null) {
        without.add(each.name());
      } else if (facts != null && !facts.isStateless()) {
        trouble.add(each.name() + " is not stateless");
      }
    }
    if (!without.isEmpty()) {
      List<String> told = status.kind() == DeploymentKind.local ? notes : trouble;
      told.add("pg_deeplake is not installed on " + String.join(", ", without));
    }
  }

  private void rootPaths(DeploymentStatus status) {
    List<InstanceStatus> answering =
        status.instances().stream().filter(each -> each.facts() != null).toList();
    if (!status.rootPathsAgree()) {
      trouble.add(
          "root paths differ: "
              + answering.stream()
                  .map(each -> each.name() + " " + rootPath(each))
                  .collect(Collectors.joining(", ")));
      return;
    }
    for (InstanceStatus each : answering) {
      if (each.facts() != null
          && each.facts().extension() != null
          && each.facts().rootPath() == null) {
        trouble.add(each.name() + " has no root path");
      }
    }
  }

  private static String rootPath(InstanceStatus status) {
    return status.facts() == null || status.facts().rootPath() == null
        ? "(none)"
        : status.facts().rootPath();
  }

  private void proxy(DeploymentStatus status) {
    ProxyStatus.View view = status.proxy().view();
    if (view == null) {
      trouble.add("proxy unreachable (" + status.proxy().reason() + ")");
      return;
    }
    waiters(view);
    for (InstanceStatus each : status.instances()) {
      if (each.is(InstanceState.Phase.RUNNING)) {
        seen(each, view.serverOf(each.instance()));
      }
    }
    for (Backend backend : view.backends()) {
      if (backend.paused()) {
        notes.add("backend " + backend.name() + " is paused: new sessions wait");
      }
    }
  }

  /** Whoever should start an instance does not, or it does not come up. */
  private void waiters(ProxyStatus.View view) {
    CurrentDemand demand = view.demand();
    boolean ordered = view.backends().stream().anyMatch(Backend::paused);
    if (!ordered && demand.waiting() > 0 && demand.oldestWaiterSeconds() > LONG_WAIT_SECONDS) {
      trouble.add(
          "%d client%s %s, the oldest for %.0f s%s"
              .formatted(
                  demand.waiting(),
                  demand.waiting() == 1 ? "" : "s",
                  demand.waiting() == 1 ? "waits" : "wait",
                  demand.oldestWaiterSeconds(),
                  demand.serversUp() == 0 ? ", and no server comes up" : ""));
    }
  }

  private void seen(InstanceStatus instance, Optional<Server> found) {
    if (found.isEmpty()) {
      trouble.add("the proxy has no server " + instance.name());
      return;
    }
    Server server = found.get();
    if (!server.administrative().equals("ready")) {
      notes.add(server.name() + " is in " + server.administrative() + " at the proxy");
    } else if (!server.up()) {
      String info = server.check().info();
      trouble.add(
          "the proxy sees %s %s%s".formatted(server.name(), server.status(), inBrackets(info)));
    }
  }

  private void test(DeploymentStatus status) {
    boolean answering = status.instances().stream().anyMatch(each -> each.facts() != null);
    switch (status.test()) {
      case TestConnection.Outcome.Answered _ -> {
        // One that did not answer directly may be it.
        boolean all =
            status.instances().stream()
                .filter(each -> each.is(InstanceState.Phase.RUNNING))
                .allMatch(each -> each.facts() != null);
        if (all && status.answerer().isEmpty()) {
          trouble.add("who answers at " + status.client() + " is none of these instances");
        }
      }
      case TestConnection.Outcome.Asleep _ -> {
        if (answering && trouble.isEmpty()) {
          trouble.add("instances answer, but through the proxy nobody does");
        }
      }
      case TestConnection.Outcome.Untried(String reason) ->
          notes.add("no test connection: " + reason);
      case TestConnection.Outcome.Failed(String reason) ->
          trouble.add("no session through the proxy at %s (%s)".formatted(status.client(), reason));
    }
  }
}
