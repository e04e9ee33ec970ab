package org.pgdeeplake.manager.idle;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.pgdeeplake.manager.deployment.ControlledDeployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which instances there are, and how many of them shall run while there is demand; both are read
 * anew whenever something is to be done, since {@code scale} changes them. The watch's thread only.
 */
final class Roster {
  private static final Logger log = LoggerFactory.getLogger(Roster.class);

  private final ControlledDeployment deployment;
  private final int asked;
  private final Consumer<Watched> found;
  private final OtherManager other;
  private final Map<Instance, Watched> watched = new LinkedHashMap<>();
  private int target;

  /**
   * @param asked so many are started at demand, if there are so many
   * @param found gets each instance at each refresh
   */
  Roster(ControlledDeployment deployment, int asked, Consumer<Watched> found) {
    this.deployment = deployment;
    this.asked = asked;
    this.found = found;
    this.other = new OtherManager(deployment);
  }

  void readFirst() throws DeploymentFailed {
    refresh();
    target = Math.min(asked, watched.size());
  }

  private void refresh() throws DeploymentFailed {
    List<Instance> now = deployment.instances();
    watched.keySet().retainAll(now);
    for (Instance instance : now) {
      found.accept(watched.computeIfAbsent(instance, Watched::new));
    }
  }

  /** With what is known already the watch goes on; what another manager does is seen at its end. */
  void refreshIfPossible() {
    try {
      if (other.isAtWork()) {
        return;
      }
      refresh();
      int wanted = deployment.wanted().orElse(0);
      target = Math.min(Math.max(asked, wanted), watched.size());
    } catch (DeploymentFailed e) {
      log.warn("{}", e.getMessage());
    }
  }

  /** Those with the lowest ordinals first. */
  Collection<Watched> all() {
    return watched.values();
  }

  String summary() {
    return watched.size() == 1
        ? watched.keySet().iterator().next().name()
        : watched.size() + " instances";
  }

  long active() {
    return watched.values().stream()
        .filter(instance ->
            instance.phase() == Watched.Phase.UP || instance.phase() == Watched.Phase.STARTING)
        .count();
  }

  boolean isAllDown() {
    return watched.values().stream().allMatch(i -> i.phase() == Watched.Phase.DOWN);
  }

  boolean isTargetMet() {
    return active() >= target;
  }

  boolean isLookAtOtherDue() {
    return other.isLookDue();
  }

  /** Returns whether another manager has changed something and is done, once. */
  boolean followOther() {
    try {
      if (other.isDone()) {
        refreshIfPossible();
        return true;
      }
    } catch (DeploymentFailed e) {
      log.debug("the next demand says so again", e);
    }
    return false;
  }

  /** Before one is started. */
  void recordFirst() {
    if (active() == 0) {
      recordWanted(target);
    }
  }

  /** After one was stopped. Another manager's count is newer than what is known here. */
  void recordLast() {
    if (active() > 0) {
      return;
    }
    try {
      if (!other.isAtWork() && !other.hasCounted()) {
        recordWanted(0);
      }
    } catch (DeploymentFailed e) {
      log.warn("{}", e.getMessage());
    }
  }

  private void recordWanted(int count) {
    try {
      deployment.recordWanted(count);
      other.counted(count);
    } catch (DeploymentFailed e) {
      log.warn("{}", e.getMessage());
    }
  }
}
