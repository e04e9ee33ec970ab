package org.pgdeeplake.manager.ingest;

import org.pgdeeplake.manager.local.DeploymentFailed;

/** What is in the database is not what this ingest would have put there; nothing was changed. */
public final class IngestRefused extends DeploymentFailed {
  private static final long serialVersionUID = 1L;

  IngestRefused(String message) {
    super(message);
  }
}
