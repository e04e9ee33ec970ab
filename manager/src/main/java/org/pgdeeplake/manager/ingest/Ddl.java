package org.pgdeeplake.manager.ingest;

import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** Runs one DDL statement at a time, and returns once every instance knows its outcome. */
@FunctionalInterface
public interface Ddl {
  void run(String sql, String database) throws DeploymentFailed, InterruptedException;
}
