package org.pgdeeplake.manager.ingest;

import org.pgdeeplake.manager.local.DeploymentFailed;

/** Another ingest works on this database. */
public final class IngestLocked extends DeploymentFailed {
  private static final long serialVersionUID = 1L;

  IngestLocked(String message) {
    super(message);
  }
}
