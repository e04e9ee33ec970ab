package org.pgdeeplake.manager.deployment;

import java.net.URI;
import java.util.List;
import java.util.Optional;
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

  /**
   * The proxy's admin port, where the deployment makes a way to it of its own; empty: it is where
   * the user's settings say.
   */
  default Optional<URI> proxyAdmin() throws DeploymentFailed {
    return Optional.empty();
  }

  /** The proxy's port for clients, {@code postgresql://HOST:PORT}, likewise. */
  default Optional<URI> proxyClients() throws DeploymentFailed {
    return Optional.empty();
  }

  /** Redis, as a {@code REDIS_URL} without a password, likewise. */
  default Optional<URI> redis() throws DeploymentFailed {
    return Optional.empty();
  }

  /** Who else decides how many run, if anybody does. */
  default Optional<Replicas.Autoscaler> autoscaler() throws DeploymentFailed {
    return Optional.empty();
  }

  /** Where instances take credentials from when they start, if the manager can change that. */
  default Optional<StartCredentials> startCredentials() throws DeploymentFailed {
    return Optional.empty();
  }

  @Override
  void close();
}
