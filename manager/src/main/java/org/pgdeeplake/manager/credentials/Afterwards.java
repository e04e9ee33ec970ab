package org.pgdeeplake.manager.credentials;

import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** What is to be done once every instance has the new credentials, such as emptying the cache. */
public interface Afterwards {

  /** One line on what was done; "" if nothing. */
  String run() throws DeploymentFailed, InterruptedException;

  static Afterwards nothing() {
    return () -> "";
  }
}
