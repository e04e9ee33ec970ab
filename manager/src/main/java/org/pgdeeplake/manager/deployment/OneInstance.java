package org.pgdeeplake.manager.deployment;

import java.util.List;
import java.util.OptionalInt;

/** One instance of a deployment, as if it were all of it. */
public record OneInstance(Deployment all, Instance instance) implements Deployment {

  @Override
  public DeploymentKind kind() {
    return all.kind();
  }

  @Override
  public List<Instance> instances() {
    return List.of(instance);
  }

  @Override
  public InstanceState state(Instance instance) throws DeploymentFailed {
    return all.state(instance);
  }

  @Override
  public OptionalInt wanted() {
    return OptionalInt.empty();
  }

  @Override
  public String credentialsFile(Instance instance) {
    return all.credentialsFile(instance);
  }

  /** The whole lives on. */
  @Override
  public void close() {}
}
