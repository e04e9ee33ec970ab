package org.pgdeeplake.manager.idle;

import java.time.Duration;
import java.util.OptionalInt;
import org.pgdeeplake.manager.deployment.ControlledDeployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * Whether another manager changes the deployment: seen by its lock, and afterwards by the count
 * that it left. The watch's thread only.
 */
final class OtherManager {
  /** Between two looks; a look reads two small files. */
  static final Duration PAUSE = Duration.ofSeconds(1);

  private final ControlledDeployment deployment;
  private boolean seen;
  private OptionalInt count = OptionalInt.empty();
  private long nextLookNanos = System.nanoTime();

  OtherManager(ControlledDeployment deployment) {
    this.deployment = deployment;
  }

  /** While it is, the list of instances may be half of one. */
  boolean isAtWork() throws DeploymentFailed {
    boolean atWork = deployment.changeUnderWay().isPresent();
    seen |= atWork;
    return atWork;
  }

  boolean isLookDue() {
    return System.nanoTime() - nextLookNanos >= 0;
  }

  /** Returns whether it has changed something and is done, once. */
  boolean isDone() throws DeploymentFailed {
    nextLookNanos = System.nanoTime() + PAUSE.toNanos();
    if (isAtWork()) {
      return false;
    }
    OptionalInt now = deployment.wanted();
    boolean done = seen || !now.equals(count);
    seen = false;
    count = now;
    return done;
  }

  /** Whether it has left a count that was not looked at yet. */
  boolean hasCounted() throws DeploymentFailed {
    return !deployment.wanted().equals(count);
  }

  /** By this manager. */
  void counted(int own) {
    count = OptionalInt.of(own);
  }
}
