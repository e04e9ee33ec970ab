package org.pgdeeplake.manager.deployment;

/** A guard says no, and nothing was done; the message says why and what would be right. */
public final class Refused extends DeploymentFailed {
  private static final long serialVersionUID = 1L;

  public Refused(String message) {
    super(message);
  }
}
