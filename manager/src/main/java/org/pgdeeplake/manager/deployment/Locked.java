package org.pgdeeplake.manager.deployment;

/** Another manager is at work where two must not be; the message names it. */
public final class Locked extends DeploymentFailed {
  private static final long serialVersionUID = 1L;

  public Locked(String message) {
    super(message);
  }
}
