package org.pgdeeplake.manager.credentials;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.OneInstance;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * Credentials for an instance that was stopped while others got new ones: a container has those of
 * the day on which it was made.
 */
public final class CatchUp {
  private final Deployment deployment;
  private final PostgresAccess access;
  private final String source;

  /**
   * @param source of the credentials, for people
   */
  public CatchUp(Deployment deployment, PostgresAccess access, String source) {
    this.deployment = deployment;
    this.access = access;
    this.source = source;
  }

  /**
   * @return what was done, in a line; empty: it had them
   * @throws DeploymentFailed it still has the old ones
   */
  public Optional<String> bring(Instance instance, Credentials credentials)
      throws DeploymentFailed, InterruptedException {
    if (has(instance, credentials) && !isSilent(instance)) {
      return Optional.empty();
    }
    RotationResult result;
    try (Rotation rotation =
        new Rotation(
            new OneInstance(deployment, instance),
            Optional.empty(),
            access,
            _ -> {},
            () -> false)) {
      result = rotation.rotate(credentials, false);
    }
    if (result.ending() != RotationResult.Ending.ROTATED) {
      throw new DeploymentFailed(
          "%s keeps its old credentials: %s"
              .formatted(instance.name(), result.instances().getFirst().reason()));
    }
    return Optional.of("%s has the credentials of %s now".formatted(instance.name(), source));
  }

  private boolean isSilent(Instance instance) throws DeploymentFailed {
    try (Connection connection = access.open(instance, QuietSession.DATABASE)) {
      return SilentLog.isIn(connection, deployment.credentialsFile(instance));
    } catch (SQLException e) {
      throw new DeploymentFailed(instance.name() + ": " + PostgresAccess.reason(e), e);
    }
  }

  private boolean has(Instance instance, Credentials credentials) throws DeploymentFailed {
    try (QuietSession session = QuietSession.open(access, instance, access.timeout())) {
      return session
          .ask(Fingerprint.OF_PARAMETER, credentials.json())
          .equals(Fingerprint.ofNewSession(access, instance).sha256());
    } catch (SQLException e) {
      throw new DeploymentFailed(instance.name() + ": " + PostgresAccess.reason(e), e);
    }
  }
}
