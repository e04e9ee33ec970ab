package org.pgdeeplake.manager.health;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentKind;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/** Examines instances side by side. */
public final class HealthCheck {
  private final Deployment deployment;
  private final PostgresAccess access;
  private final String database;

  /**
   * @param database where pg_deeplake has to be
   */
  public HealthCheck(Deployment deployment, PostgresAccess access, String database) {
    this.deployment = deployment;
    this.access = access;
    this.database = database;
  }

  /**
   * @param limit for all of it
   */
  public List<InstanceHealth> examine(List<Instance> instances, Duration limit)
      throws InterruptedException {
    // The embedded PostgreSQL of a local deployment comes without it.
    boolean mayLackExtension = deployment.kind() == DeploymentKind.local;
    Map<Instance, Examination> examinations = new ConcurrentHashMap<>();
    for (Instance instance : instances) {
      examinations.put(instance, new Examination(instance, access));
    }
    return Fleet.ask(
            instances,
            limit,
            instance ->
                examination(examinations, instance).run(deployment, database, mayLackExtension))
        .stream()
        .map(answer ->
            switch (answer) {
              case Answer.Given<InstanceHealth>(Instance _, InstanceHealth health) -> health;
              case Answer.Failed<InstanceHealth>(Instance instance, String reason) ->
                  examination(examinations, instance).givenUp(reason);
            })
        .toList();
  }

  private static Examination examination(Map<Instance, Examination> all, Instance instance) {
    return java.util.Objects.requireNonNull(all.get(instance));
  }
}
