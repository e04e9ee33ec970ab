package org.pgdeeplake.manager.credentials;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * What an instance has.
 *
 * @param fingerprint of a new session
 * @param silent its log is, since a rotation was cut off: {@link SilentLog}
 */
public record Held(Fingerprint fingerprint, boolean silent) {

  static Held of(PostgresAccess access, Instance instance, String file) throws SQLException {
    try (Connection connection = access.open(instance, QuietSession.DATABASE)) {
      return new Held(Fingerprint.of(connection), SilentLog.isIn(connection, file));
    }
  }

  /** Of each instance. */
  public static List<Answer<Held>> ofAll(
      Deployment deployment, PostgresAccess access, Duration limit)
      throws DeploymentFailed, InterruptedException {
    return Fleet.ask(
        deployment.instances(),
        limit,
        instance -> {
          InstanceState state = deployment.state(instance);
          if (!state.mayAnswer()) {
            throw new DeploymentFailed(Fingerprint.words(state));
          }
          return of(access, instance, deployment.credentialsFile(instance));
        });
  }
}
