package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.InstanceState.Phase;

/** What a pod's status says, in Kubernetes' own words as far as they say it. */
final class PodState {
  /** Reasons for waiting that are part of every start. */
  private static final List<String> STARTING = List.of("ContainerCreating", "PodInitializing");

  private PodState() {}

  static InstanceState of(Pod pod) {
    PodStatus status = pod.getStatus();
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return new InstanceState(Phase.STOPPED, "terminating");
    }
    String phase = status == null ? "" : Objects.requireNonNullElse(status.getPhase(), "");
    return switch (phase) {
      case "Running" -> running(status);
      case "Succeeded" -> new InstanceState(Phase.STOPPED, "Succeeded");
      case "Failed" -> new InstanceState(Phase.FAILED, failed(status));
      case "Pending" -> pending(status);
      default -> new InstanceState(Phase.FAILED, phase.isEmpty() ? "no status" : phase);
    };
  }

  private static InstanceState pending(PodStatus status) {
    Optional<PodCondition> unscheduled =
        condition(status, "PodScheduled").filter(c -> "False".equals(c.getStatus()));
    if (unscheduled.isPresent()) {
      return new InstanceState(
          Phase.FAILED,
          "Pending: " + joined(unscheduled.get().getReason(), unscheduled.get().getMessage()));
    }
    return trouble(status)
        .orElseGet(() ->
            new InstanceState(
                Phase.STARTING,
                containers(status)
                    .map(ContainerStatus::getState)
                    .filter(state -> state != null && state.getWaiting() != null)
                    .map(state -> "Pending: " + state.getWaiting().getReason())
                    .findFirst()
                    .orElse("Pending")));
  }

  private static InstanceState running(PodStatus status) {
    return trouble(status)
        .orElseGet(() -> {
          String past = past(status);
          return condition(status, "Ready").filter(c -> "True".equals(c.getStatus())).isPresent()
              ? new InstanceState(Phase.RUNNING, past)
              : new InstanceState(
                  Phase.STARTING, past.isEmpty() ? "not ready" : "not ready, " + past);
        });
  }

  /** Of a container that does not run and will not without help or a pause. */
  private static Optional<InstanceState> trouble(PodStatus status) {
    for (ContainerStatus container : containers(status).toList()) {
      ContainerState state = container.getState();
      if (state == null) {
        continue;
      }
      if (state.getWaiting() != null && !STARTING.contains(state.getWaiting().getReason())) {
        String past = past(status);
        String reason =
            joined(
                state.getWaiting().getReason(),
                past.isEmpty() ? state.getWaiting().getMessage() : past);
        return Optional.of(new InstanceState(Phase.FAILED, reason));
      }
      boolean init = status.getInitContainerStatuses().contains(container);
      if (state.getTerminated() != null && !(init && state.getTerminated().getExitCode() == 0)) {
        return Optional.of(new InstanceState(Phase.FAILED, ended(state.getTerminated())));
      }
    }
    return Optional.empty();
  }

  /** Such as {@code restarted 3 times, last OOMKilled (137)}; empty if it never was. */
  private static String past(PodStatus status) {
    return status.getContainerStatuses().stream()
        .filter(container -> Objects.requireNonNullElse(container.getRestartCount(), 0) > 0)
        .findFirst()
        .map(container -> {
          int times = container.getRestartCount();
          ContainerState last = container.getLastState();
          return "restarted %d %s%s"
              .formatted(
                  times,
                  times == 1 ? "time" : "times",
                  last == null || last.getTerminated() == null
                      ? ""
                      : ", last " + ended(last.getTerminated()));
        })
        .orElse("");
  }

  private static String failed(PodStatus status) {
    if (status.getReason() != null) {
      return joined(status.getReason(), status.getMessage());
    }
    return trouble(status).map(InstanceState::detail).orElse("Failed");
  }

  private static String ended(ContainerStateTerminated ended) {
    return "%s (%d)"
        .formatted(Objects.requireNonNullElse(ended.getReason(), "exited"), ended.getExitCode());
  }

  private static Stream<ContainerStatus> containers(PodStatus status) {
    return Stream.concat(
        status.getInitContainerStatuses().stream(), status.getContainerStatuses().stream());
  }

  private static Optional<PodCondition> condition(PodStatus status, String type) {
    return status.getConditions().stream().filter(c -> type.equals(c.getType())).findFirst();
  }

  private static String joined(@Nullable String reason, @Nullable String message) {
    return message == null || message.isEmpty() ? String.valueOf(reason) : reason + ": " + message;
  }
}
