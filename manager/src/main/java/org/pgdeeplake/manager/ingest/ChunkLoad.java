package org.pgdeeplake.manager.ingest;

import java.sql.SQLException;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * Brings a chunk into its table once, however often it is called and wherever an earlier call was
 * cut off. The session is to be closed after a failure.
 */
sealed interface ChunkLoad permits TransactionalLoad, CheckedLoad {
  Chunk.Contents load(DataSession session, Chunk chunk)
      throws SQLException, DeploymentFailed, InterruptedException;
}
