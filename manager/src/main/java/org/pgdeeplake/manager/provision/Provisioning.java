package org.pgdeeplake.manager.provision;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.sql.Identifiers;

/** Makes a database, with the extension in it, on every instance; what is there already is left. */
public final class Provisioning {
  private static final String EXTENSION = "pg_deeplake";
  private static final String AVAILABLE =
      "SELECT installed_version FROM pg_available_extensions WHERE name = '" + EXTENSION + "'";
  private static final String MAINTENANCE_DATABASE = "postgres";

  /** PostgreSQL manual, appendix A. */
  private static final String DUPLICATE_DATABASE = "42P04";

  private final Deployment deployment;
  private final PostgresAccess access;

  /** What was found or done on one instance. */
  public enum Outcome {
    CREATED,
    EXISTS,
    WOULD_BE_CREATED
  }

  /**
   * @param extension the database has pg_deeplake; false: the instance does not know it
   */
  public record Provisioned(Outcome outcome, boolean extension) {}

  public Provisioning(Deployment deployment, PostgresAccess access) {
    this.deployment = deployment;
    this.access = access;
  }

  /**
   * On all instances side by side, whatever becomes of the others.
   *
   * @param limit for each instance
   */
  public List<Answer<Provisioned>> provision(
      DatabaseRequest request, Duration limit, boolean dryRun)
      throws DeploymentFailed, InterruptedException {
    return provision(deployment.instances(), request, limit, dryRun);
  }

  /** Only on these. */
  List<Answer<Provisioned>> provision(
      List<Instance> instances, DatabaseRequest request, Duration limit, boolean dryRun)
      throws InterruptedException {
    return Fleet.ask(instances, limit, instance -> provision(instance, request, dryRun));
  }

  private Provisioned provision(Instance instance, DatabaseRequest request, boolean dryRun)
      throws SQLException, DeploymentFailed {
    var state = deployment.state(instance);
    if (!state.mayAnswer()) {
      String phase = state.phase().name().toLowerCase(Locale.ROOT);
      throw new DeploymentFailed(
          "does not run (%s%s)"
              .formatted(phase, state.detail().isEmpty() ? "" : ": " + state.detail()));
    }
    Outcome outcome;
    try (Connection connection = access.open(instance, MAINTENANCE_DATABASE)) {
      Optional<String> owner = owner(connection, request.name());
      if (owner.isPresent()) {
        requireAsWanted(request, owner.get());
        outcome = Outcome.EXISTS;
      } else {
        outcome = dryRun ? Outcome.WOULD_BE_CREATED : create(connection, request);
      }
    }
    return new Provisioned(
        outcome, outcome != Outcome.WOULD_BE_CREATED && extension(instance, request, dryRun));
  }

  private static Optional<String> owner(Connection connection, String database)
      throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = ?")) {
      query.setString(1, database);
      try (ResultSet rows = query.executeQuery()) {
        return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
      }
    }
  }

  private static void requireAsWanted(DatabaseRequest request, String owner)
      throws DeploymentFailed {
    if (!request.ifNotExists()) {
      throw new DeploymentFailed("database " + request.name() + " exists already");
    }
    if (request.owner() != null && !request.owner().equals(owner)) {
      throw new DeploymentFailed(
          "database %s exists already and belongs to %s, not to %s: ALTER DATABASE … OWNER TO there"
              .formatted(request.name(), owner, request.owner()));
    }
  }

  private static Outcome create(Connection connection, DatabaseRequest request)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      StringBuilder sql = new StringBuilder("CREATE DATABASE ");
      sql.append(Identifiers.quote(request.name()));
      if (request.owner() != null) {
        sql.append(" OWNER ").append(Identifiers.quote(request.owner()));
      }
      if (request.template() != null) {
        sql.append(" TEMPLATE ").append(Identifiers.quote(request.template()));
      }
      statement.execute(sql.toString());
      return Outcome.CREATED;
    } catch (SQLException e) {
      // Another manager was faster.
      if (DUPLICATE_DATABASE.equals(e.getSQLState()) && request.ifNotExists()) {
        return Outcome.EXISTS;
      }
      throw e;
    }
  }

  /** Without the extension a database of the local deployment is one all the same. */
  private boolean extension(Instance instance, DatabaseRequest request, boolean dryRun)
      throws SQLException {
    try (Connection connection = access.open(instance, request.name());
        Statement statement = connection.createStatement()) {
      boolean installed;
      try (ResultSet rows = statement.executeQuery(AVAILABLE)) {
        if (!rows.next()) {
          return false;
        }
        installed = rows.getString(1) != null;
      }
      if (!installed && !dryRun) {
        statement.execute("CREATE EXTENSION IF NOT EXISTS " + EXTENSION);
      }
      return installed || !dryRun;
    }
  }
}
