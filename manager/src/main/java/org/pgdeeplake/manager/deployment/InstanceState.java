package org.pgdeeplake.manager.deployment;

/**
 * What the deployment's own runtime says of an instance, without asking PostgreSQL.
 *
 * @param detail in the runtime's words, such as {@code exited (137)}; may be empty
 */
public record InstanceState(Phase phase, String detail) {

  public enum Phase {
    RUNNING,
    STARTING,
    /** Ended in order: scaled to zero, or stopped by hand. */
    STOPPED,
    /** Ended by itself, or cannot start. */
    FAILED,
    /** Defined, but never created. */
    MISSING
  }

  public static InstanceState of(Phase phase) {
    return new InstanceState(phase, "");
  }

  /** Whether PostgreSQL may answer. */
  public boolean mayAnswer() {
    return phase == Phase.RUNNING || phase == Phase.STARTING;
  }
}
