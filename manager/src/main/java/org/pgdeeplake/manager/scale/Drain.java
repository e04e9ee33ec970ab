package org.pgdeeplake.manager.scale;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.terminal.Progress;

/** Waits until instances have no sessions of clients, wherever these came from. */
final class Drain {
  private static final Duration POLL = Duration.ofMillis(300);

  /** Those of the local socket are the health check's. */
  private static final String SESSIONS =
      """
      SELECT count(*) FROM pg_stat_activity
      WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()
        AND client_addr IS NOT NULL AND application_name NOT LIKE 'pg-manager%'
      """;

  private final Deployment deployment;
  private final PostgresAccess access;
  private final Progress progress;
  private final BooleanSupplier interrupted;

  Drain(
      Deployment deployment,
      PostgresAccess access,
      Progress progress,
      BooleanSupplier interrupted) {
    this.deployment = deployment;
    this.access = access;
    this.progress = progress;
    this.interrupted = interrupted;
  }

  /** What becomes of sessions that are there after the limit. */
  enum Rest {
    CLOSED("was closed", "were closed"),
    /** The runtime's, which may wait for them before it ends the instance. */
    LEFT(
        "has what the pod's preStop hook gives it (drain.timeoutSeconds of the chart), then is closed",
        "have what the pod's preStop hook gives them (drain.timeoutSeconds of the chart), then are closed");

    private final String one;
    private final String many;

    Rest(String one, String many) {
      this.one = one;
      this.many = many;
    }

    String words(long count, String instances) {
      return "%d session%s of %s did not end in time and %s"
          .formatted(count, count == 1 ? "" : "s", instances, count == 1 ? one : many);
    }
  }

  /**
   * What there still is after the limit.
   *
   * @param sessions by instance; those with some only
   * @param silent why each of those that run does not say how many it has: too many, perhaps
   */
  record Left(Map<Instance, Long> sessions, Map<Instance, String> silent) {

    private boolean isEmpty() {
      return sessions.isEmpty() && silent.isEmpty();
    }

    List<String> warnings(Rest rest) {
      List<String> lines = new ArrayList<>();
      sessions.forEach((instance, count) -> lines.add(rest.words(count, instance.name())));
      silent.forEach((instance, reason) ->
          lines.add(
              "%s did not say whether it had sessions (%s); they %s"
                  .formatted(instance.name(), reason, rest.many)));
      return lines;
    }

    private String said() {
      long count = sessions.values().stream().mapToLong(Long::longValue).sum();
      String counted = "%d session%s left".formatted(count, count == 1 ? "" : "s");
      return silent.isEmpty()
          ? counted
          : counted + "; no answer from " + silent.keySet().iterator().next().name();
    }
  }

  Left await(List<Instance> instances, Duration limit)
      throws DeploymentFailed, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (true) {
      Left left = look(instances);
      if (left.isEmpty() || System.nanoTime() - deadline > 0) {
        return left;
      }
      if (interrupted.getAsBoolean()) {
        throw new DeploymentFailed("stopped by a signal; draining: " + left.said());
      }
      progress.step("draining: " + left.said());
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
  }

  private Left look(List<Instance> instances) throws DeploymentFailed, InterruptedException {
    Left left = new Left(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (Answer<Long> answer : Fleet.ask(instances, access.timeout(), this::sessions)) {
      Instance instance = answer.instance();
      switch (answer) {
        case Answer.Given<Long> given when given.value() > 0 ->
            left.sessions().put(instance, given.value());
        case Answer.Given<Long> _ -> {}
        case Answer.Failed<Long> failed -> {
          if (deployment.state(instance).mayAnswer()) {
            left.silent().put(instance, failed.reason());
          }
        }
      }
    }
    return left;
  }

  private long sessions(Instance instance) throws SQLException {
    try (Connection connection = access.open(instance, "postgres");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(SESSIONS)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
