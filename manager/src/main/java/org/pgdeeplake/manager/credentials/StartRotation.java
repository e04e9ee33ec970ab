package org.pgdeeplake.manager.credentials;

import java.util.List;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.StartCredentials;

/**
 * What instances that start later take credentials from, as one more that changes with the others.
 * It is the last to change: it takes one request, so that it seldom has to go back.
 */
final class StartRotation {
  private final Optional<StartCredentials> start;
  private final List<String> notes;
  private boolean changed;

  /**
   * @param notes for what a person should know
   */
  StartRotation(Optional<StartCredentials> start, List<String> notes) {
    this.start = start;
    this.notes = notes;
  }

  void prepare(Credentials credentials) throws DeploymentFailed {
    if (start.isPresent()) {
      start.get().prepare(credentials.environment());
    }
  }

  void tellPlan() {
    start.ifPresent(one -> notes.add(one.name() + " would have them, too"));
  }

  /** False: it has not, and why is noted. */
  boolean change() {
    try {
      changed = start.isPresent() && start.get().change();
      return true;
    } catch (DeploymentFailed e) {
      notes.add(start.orElseThrow().name() + ": " + e.getMessage());
      return false;
    }
  }

  /** False: it may have the new ones. */
  boolean rollBack() {
    try {
      if (start.isPresent()) {
        start.get().rollBack();
      }
      return true;
    } catch (DeploymentFailed e) {
      notes.add(start.orElseThrow().name() + " could not be taken back: " + e.getMessage());
      return false;
    }
  }

  void tell() {
    start.ifPresent(one -> {
      notes.add(
          one.name()
              + (changed ? " has them now, too, for those that start later" : " had them already"));
      if (changed && !one.note().isEmpty()) {
        notes.add(one.note());
      }
    });
  }
}
