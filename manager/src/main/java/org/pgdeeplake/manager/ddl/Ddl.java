package org.pgdeeplake.manager.ddl;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.pgdeeplake.manager.cache.CacheFlush;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.sql.DdlGuard;
import org.pgdeeplake.manager.sql.Script;
import org.pgdeeplake.manager.sql.Verdict;

/**
 * DDL on the deployment: guarded, on its first instance, one at a time whoever else tries, and over
 * when the other instances show it and the cache has forgotten what was before. Any thread; each
 * call has sessions of its own.
 */
public final class Ddl {
  /** For callers that would only try again. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final Deployment deployment;
  private final PostgresAccess access;
  private final CacheFlush cache;
  private final DdlListener listener;
  private final DdlStop stop;

  public Ddl(
      Deployment deployment,
      PostgresAccess access,
      CacheFlush cache,
      DdlListener listener,
      DdlStop stop) {
    this.deployment = deployment;
    this.access = access;
    this.cache = cache;
    this.listener = listener;
    this.stop = stop;
  }

  /**
   * What would be run.
   *
   * @throws Refused the guard says no, and nobody insists, or there is nothing to run
   */
  public static Script admit(DdlRequest request) throws Refused {
    Script script = Script.of(request.sql());
    if (DdlGuard.check(request.sql()) instanceof Verdict.Refused refused) {
      if (script.parts().isEmpty()) {
        throw new Refused("refused: " + refused.reason());
      }
      if (!request.force()) {
        throw new Refused(
            "refused: %s. Nothing was run; --force runs it all the same"
                .formatted(refused.reason()));
      }
    }
    return script;
  }

  /** Where DDL runs: on the instance with the lowest number. */
  public static Instance first(Deployment deployment) throws DeploymentFailed {
    return deployment.instances().stream()
        .min(Comparator.comparingInt(Instance::ordinal))
        .orElseThrow(() -> new DeploymentFailed("the deployment has no instances"));
  }

  /**
   * Runs one statement and comes back when every running instance shows it.
   *
   * @throws Refused by the guard
   * @throws DeploymentFailed also if it is done but not visible everywhere
   */
  public void run(String sql, String database) throws DeploymentFailed, InterruptedException {
    DdlOutcome outcome =
        run(new DdlRequest(sql, database, false, PATIENCE, DdlRequest.PROPAGATION));
    if (!outcome.complete()) {
      throw new DeploymentFailed(String.join("; ", Shortcomings.of(outcome)));
    }
  }

  /**
   * Blocks until it is over.
   *
   * @return also if not everything could be done, once a statement is done
   * @throws Refused by the guard
   * @throws Locked another manager runs DDL
   * @throws DeploymentFailed nothing was done; or a connection ended and nobody knows
   */
  public DdlOutcome run(DdlRequest request) throws DeploymentFailed, InterruptedException {
    Script script = admit(request);
    Instance instance = first(deployment);
    requireRunning(instance);
    List<String> warnings = DdlGuard.warnings(request.sql());
    warnings.forEach(warning -> listener.say("WARNING:  " + warning));
    listener.step("connecting to " + instance.name());
    try (DdlLock lock = DdlLock.acquire(access, instance, request.patience(), listener, stop)) {
      ChangeWatch watch =
          new ChangeWatch(
              deployment,
              access,
              instance,
              request.database(),
              request.propagation(),
              listener,
              stop);
      return new DdlRun(access, instance, request, script, lock, listener, stop)
          .run(warnings, watch, cache);
    }
  }

  private void requireRunning(Instance instance) throws DeploymentFailed {
    InstanceState state = deployment.state(instance);
    if (!state.mayAnswer()) {
      throw new DeploymentFailed(
          "%s, on which DDL runs, does not run (%s%s): a client's connection through the proxy wakes it. Nothing was run"
              .formatted(
                  instance.name(),
                  state.phase().name().toLowerCase(Locale.ROOT),
                  state.detail().isEmpty() ? "" : ", " + state.detail()));
    }
  }
}
