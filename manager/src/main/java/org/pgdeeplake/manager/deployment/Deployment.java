package org.pgdeeplake.manager.deployment;

import java.util.List;
import java.util.OptionalInt;

/** The instances behind one proxy. Any thread. */
public interface Deployment extends AutoCloseable {

  DeploymentKind kind();

  /** Every instance that is defined, by ordinal, whether it runs or not. */
  List<Instance> instances() throws DeploymentFailed;

  InstanceState state(Instance instance) throws DeploymentFailed;

  /** How many should run; empty where somebody else decides it from moment to moment. */
  OptionalInt wanted() throws DeploymentFailed;

  /**
   * Where the instance reads {@code deeplake.creds} from, as a path in its own file system, on
   * tmpfs.
   */
  String credentialsFile(Instance instance);

  @Override
  void close();
}
