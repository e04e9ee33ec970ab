package org.pgdeeplake.manager.credentials;

import java.util.List;
import org.pgdeeplake.manager.deployment.Instance;

/**
 * How it ended.
 *
 * @param instances all of the deployment, by ordinal
 * @param notes what else a person should know, in lines
 */
public record RotationResult(Ending ending, List<Of> instances, List<String> notes) {

  /** Of the deployment as a whole. */
  public enum Ending {
    ROTATED,
    /** All have the new credentials, but something after that failed. */
    ROTATED_WITH_PROBLEMS,
    /** A dry run: nothing speaks against it. */
    WOULD_ROTATE,
    /** No instance got as far as the new credentials. */
    NOTHING_CHANGED,
    /** Some had the new credentials; all have those of before again. */
    ROLLED_BACK,
    /** Some could not be taken back. */
    INCONSISTENT
  }

  /** Of one instance. */
  public enum Outcome {
    ROTATED,
    WOULD_BE_ROTATED,
    /** Not running, and the user wanted it so. */
    SKIPPED,
    UNCHANGED,
    ROLLED_BACK,
    /** What made the whole fail; the instance itself has been taken back. */
    FAILED,
    /** Nobody knows which credentials it has. */
    UNKNOWN
  }

  /**
   * @param reason "" if there is nothing to say
   */
  public record Of(Instance instance, Outcome outcome, String reason) {}
}
