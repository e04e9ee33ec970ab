package org.pgdeeplake.manager.status;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Replicas;

/**
 * Who else decides how many run.
 *
 * @param now null: nobody, or it cannot be told
 * @param reason why it cannot be told; "" otherwise
 */
public record AutoscalerStatus(Replicas.@Nullable Autoscaler now, String reason) {

  /** Whoever may not look still gets the rest of the status. */
  static AutoscalerStatus of(Deployment deployment) {
    try {
      return new AutoscalerStatus(deployment.autoscaler().orElse(null), "");
    } catch (DeploymentFailed e) {
      return new AutoscalerStatus(null, String.valueOf(e.getMessage()));
    }
  }

  /** For people; "" if there is nothing to say. */
  String told() {
    if (!reason.isEmpty()) {
      return "it cannot be told whether KEDA is paused: " + reason;
    }
    return now == null ? "" : now.told();
  }
}
