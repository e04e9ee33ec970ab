package org.pgdeeplake.manager.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.Replicas;
import org.pgdeeplake.manager.deployment.ReplicatedDeployment;
import org.pgdeeplake.manager.terminal.Progress;

/** Waits for what a controller does, each with the same limit. One thread. */
final class ReplicaWait {
  private static final Duration POLL = Duration.ofMillis(300);

  private final ReplicatedDeployment deployment;
  private final Duration limit;
  private final Progress progress;

  ReplicaWait(ReplicatedDeployment deployment, Duration limit, Progress progress) {
    this.deployment = deployment;
    this.limit = limit;
    this.progress = progress;
  }

  /** What is still missing, in words; "" if nothing is. */
  private interface Missing {
    String now() throws DeploymentFailed;
  }

  private void until(Missing missing) throws DeploymentFailed, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      String now = missing.now();
      if (now.isEmpty()) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new DeploymentFailed("after %d s: %s".formatted(limit.toSeconds(), now));
      }
      progress.step("waiting: " + now);
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  /** The autoscaler has passed it on. */
  void untilCount(int wanted) throws DeploymentFailed, InterruptedException {
    until(() -> {
      Replicas now = deployment.replicas();
      var autoscaler = now.autoscaler();
      if (now.count() == wanted) {
        return "";
      }
      return autoscaler == null
          ? "%s has %d replicas, not %d".formatted(now.owner(), now.count(), wanted)
          : "KEDA has not set %s to %d; it has %d. Does KEDA's operator run, and what is in the status of %s?"
              .formatted(now.owner(), wanted, now.count(), autoscaler.name());
    });
  }

  void untilReady(List<Instance> instances) throws DeploymentFailed, InterruptedException {
    List<Instance> told = new ArrayList<>();
    try {
      until(() -> {
        String missing = "";
        for (Instance instance : instances) {
          InstanceState state = deployment.state(instance);
          if (state.phase() != InstanceState.Phase.RUNNING) {
            missing += (missing.isEmpty() ? "" : "; ") + words(instance, state);
          } else if (!told.contains(instance)) {
            told.add(instance);
            progress.line(instance.name() + " is ready");
          }
        }
        return missing;
      });
    } catch (DeploymentFailed e) {
      throw new DeploymentFailed(
          e.getMessage()
              + System.lineSeparator()
              + "The number stays as it was ordered, and those that are ready serve. Mend it, and"
              + " give the same command again.",
          e);
    }
  }

  private static String words(Instance instance, InstanceState state) {
    String phase = state.phase().name().toLowerCase(java.util.Locale.ROOT);
    return "%s is not ready (%s)"
        .formatted(instance.name(), state.detail().isEmpty() ? phase : state.detail());
  }

  /**
   * Those that are still there and about to go: sessions that came to one of them now would be cut
   * off with it. Does not wait.
   *
   * @param ordered whether the controller has orders to end them
   */
  List<Instance> ending(List<Instance> leaving, boolean ordered) {
    List<Instance> ending = new ArrayList<>();
    for (Instance instance : leaving) {
      try {
        boolean ends = ordered || deployment.state(instance).phase() == InstanceState.Phase.STOPPED;
        if (ends && !deployment.isGone(instance)) {
          ending.add(instance);
        }
      } catch (DeploymentFailed _) {
        if (ordered) {
          ending.add(instance);
        }
      }
    }
    return ending;
  }

  void untilGone(List<Instance> instances) throws DeploymentFailed, InterruptedException {
    until(() -> {
      List<Instance> left = new ArrayList<>();
      for (Instance instance : instances) {
        if (!deployment.isGone(instance)) {
          left.add(instance);
        }
      }
      return left.isEmpty() ? "" : Scaling.names(left) + " still there";
    });
  }
}
