package org.pgdeeplake.manager.deployment;

/** Something the user can act on went wrong; the message says what, where and what would help. */
public class DeploymentFailed extends Exception {
  private static final long serialVersionUID = 1L;

  public DeploymentFailed(String message) {
    super(message);
  }

  public DeploymentFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
