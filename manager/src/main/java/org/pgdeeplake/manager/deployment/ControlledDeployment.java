package org.pgdeeplake.manager.deployment;

import java.util.Optional;

/** A deployment whose instances the manager itself starts and stops. Any thread. */
public interface ControlledDeployment extends Deployment {

  /**
   * Blocks until the instance takes sessions; one that runs already is taken over.
   *
   * @throws InterruptedException it may be running; {@link #stop} ends it
   */
  Started start(Instance instance) throws DeploymentFailed, InterruptedException;

  /** Ends the instance if it runs: its sessions are closed, their transactions rolled back. */
  void stop(Instance instance) throws DeploymentFailed, InterruptedException;

  /** From now on so many should run. */
  void recordWanted(int count) throws DeploymentFailed;

  /**
   * For as long as the number of instances changes.
   *
   * @throws Locked another changes it
   */
  LockFile lockForChange(String holder) throws DeploymentFailed;

  /** Who changes it now, if not this process. */
  Optional<String> changeUnderWay() throws DeploymentFailed;
}
