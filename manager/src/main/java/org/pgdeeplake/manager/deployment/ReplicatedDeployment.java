package org.pgdeeplake.manager.deployment;

import java.util.List;

/**
 * A deployment whose instances a controller starts and ends; one says only how many. Any thread.
 */
public interface ReplicatedDeployment extends Deployment {

  /**
   * @throws Refused something that the manager has no word with keeps the number
   */
  Replicas replicas() throws DeploymentFailed;

  /** What an order would change, one line each; empty: nothing. */
  List<String> difference(ReplicaOrder order, Replicas now) throws DeploymentFailed;

  /**
   * Returns before the number has changed.
   *
   * @param now as it was read before; what others have ordered since is left alone
   * @throws Locked others have ordered something since
   */
  void order(ReplicaOrder order, Replicas now) throws DeploymentFailed;

  /** Those that run, or would, if there are so many. */
  List<Instance> first(int count) throws DeploymentFailed;

  /** Whether nothing is left of it. */
  boolean isGone(Instance instance) throws DeploymentFailed;
}
