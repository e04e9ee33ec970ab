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
import java.util.Set;
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

  /**
   * Another was faster: of a name that is there, or of one that came up in the meantime, which the
   * unique index of the catalog tells. PostgreSQL manual, appendix A.
   */
  private static final Set<String> THERE_ALREADY = Set.of("42P04", "42710", "23505");

  private static final String NO_SUCH_OBJECT = "42704";

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
    return Fleet.ask(instances, limit, instance -> provision(instance, request, limit, dryRun));
  }

  private Provisioned provision(
      Instance instance, DatabaseRequest request, Duration limit, boolean dryRun)
      throws SQLException, DeploymentFailed {
    var state = deployment.state(instance);
    if (!state.mayAnswer()) {
      String phase = state.phase().name().toLowerCase(Locale.ROOT);
      throw new DeploymentFailed(
          "does not run (%s%s)"
              .formatted(phase, state.detail().isEmpty() ? "" : ": " + state.detail()));
    }
    Outcome outcome;
    try (Connection connection = open(instance, MAINTENANCE_DATABASE, limit)) {
      Optional<String> owner = owner(connection, request.name());
      if (owner.isPresent()) {
        requireAsWanted(request, owner.get());
        outcome = Outcome.EXISTS;
      } else {
        outcome = dryRun ? Outcome.WOULD_BE_CREATED : create(connection, request);
      }
    }
    return new Provisioned(
        outcome,
        outcome != Outcome.WOULD_BE_CREATED && extension(instance, request, limit, dryRun));
  }

  /** Copying a template may be silent for all the time there is. */
  private Connection open(Instance instance, String database, Duration limit) throws SQLException {
    return access.open(instance, database, PostgresAccess.APPLICATION, limit);
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
      throws SQLException, DeploymentFailed {
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
      Optional<String> owner =
          isThereAlready(e) ? owner(connection, request.name()) : Optional.empty();
      if (owner.isPresent()) {
        requireAsWanted(request, owner.get());
        return Outcome.EXISTS;
      }
      if (NO_SUCH_OBJECT.equals(e.getSQLState()) && request.owner() != null) {
        throw new DeploymentFailed(
            "there is no role %s, to which it is to belong: roles do not travel, so CREATE ROLE there"
                .formatted(request.owner()),
            e);
      }
      throw e;
    }
  }

  private static boolean isThereAlready(SQLException e) {
    return THERE_ALREADY.contains(String.valueOf(e.getSQLState()));
  }

  /** Without the extension a database of the local deployment is one all the same. */
  private boolean extension(
      Instance instance, DatabaseRequest request, Duration limit, boolean dryRun)
      throws SQLException {
    try (Connection connection = open(instance, request.name(), limit)) {
      Optional<Boolean> installed = installed(connection);
      if (installed.isEmpty()) {
        return false;
      }
      if (!installed.get() && !dryRun) {
        install(connection);
      }
      return installed.get() || !dryRun;
    }
  }

  /** Empty: the instance does not know it. */
  private static Optional<Boolean> installed(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(AVAILABLE)) {
      return rows.next() ? Optional.of(rows.getString(1) != null) : Optional.empty();
    }
  }

  /** IF NOT EXISTS does not see one that another is just making. */
  private static void install(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE EXTENSION IF NOT EXISTS " + EXTENSION);
    } catch (SQLException e) {
      if (!isThereAlready(e) || !installed(connection).orElse(false)) {
        throw e;
      }
    }
  }
}
