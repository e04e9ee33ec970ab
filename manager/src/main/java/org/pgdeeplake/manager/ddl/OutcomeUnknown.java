package org.pgdeeplake.manager.ddl;

import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** The connection ended while the server was at a statement: it may be done. */
final class OutcomeUnknown extends DeploymentFailed {
  private static final long serialVersionUID = 1L;

  OutcomeUnknown(String message, Throwable cause) {
    super(message, cause);
  }
}
