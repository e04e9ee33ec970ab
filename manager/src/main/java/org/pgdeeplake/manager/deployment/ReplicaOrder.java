package org.pgdeeplake.manager.deployment;

/** What somebody wants of a number that an autoscaler may keep. */
public sealed interface ReplicaOrder {

  /** So many, and no autoscaler changes it until {@link Automatic}. */
  record Exactly(int count) implements ReplicaOrder {}

  /**
   * The autoscaler decides again.
   *
   * @param awake it keeps one at least, demand or not
   * @param neverFewer it starts instances and ends none
   */
  record Automatic(boolean awake, boolean neverFewer) implements ReplicaOrder {}

  /** The autoscaler has what it had when {@code before} was read. */
  record AsBefore(Replicas before) implements ReplicaOrder {}
}
