package org.pgdeeplake.manager.status;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.InstanceState;

/**
 * Everything at one moment.
 *
 * @param wanted how many instances should run; empty: somebody else decides it
 * @param autoscaler who else decides how many run
 * @param client where clients reach the proxy, HOST:PORT
 * @param cache null: none is configured
 */
public record DeploymentStatus(
    Instant time,
    DeploymentKind kind,
    OptionalInt wanted,
    AutoscalerStatus autoscaler,
    List<InstanceStatus> instances,
    ProxyStatus proxy,
    String client,
    TestConnection.Outcome test,
    @Nullable CacheStatus cache) {

  long running() {
    return instances.stream().filter(each -> each.is(InstanceState.Phase.RUNNING)).count();
  }

  /** Who answered the test connection. */
  Optional<InstanceStatus> answerer() {
    return test instanceof TestConnection.Outcome.Answered(Identity identity)
        ? instances.stream()
            .filter(each -> each.facts() != null && each.facts().identity().equals(identity))
            .findFirst()
        : Optional.empty();
  }

  /** Of those that answered; true without two. */
  boolean rootPathsAgree() {
    return instances.stream()
            .map(InstanceStatus::facts)
            .filter(facts -> facts != null)
            .map(facts -> Optional.ofNullable(facts.rootPath()))
            .distinct()
            .count()
        <= 1;
  }
}
