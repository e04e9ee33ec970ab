package org.pgdeeplake.manager.local;

/** Another manager works on the same data directory; the message names it. */
public final class DataDirectoryLocked extends DeploymentFailed {
  private static final long serialVersionUID = 1L;

  DataDirectoryLocked(String message) {
    super(message);
  }
}
