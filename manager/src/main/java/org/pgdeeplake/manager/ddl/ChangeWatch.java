package org.pgdeeplake.manager.ddl;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.sql.CatalogDifference;
import org.pgdeeplake.manager.sql.CatalogSnapshot;
import org.pgdeeplake.manager.sql.Script;
import org.pgdeeplake.manager.sql.StatementFacts;

/**
 * What changes on the first instance from {@link #before} to {@link #after}, and whether the others
 * show it. One thread.
 */
final class ChangeWatch {
  private static final String EXTENSION =
      "SELECT 1 FROM pg_extension WHERE extname = 'pg_deeplake'";

  private static final String DEEPLAKE_BY_DEFAULT =
      "SELECT 1 WHERE current_setting('default_table_access_method') = 'deeplake'";

  private static final Duration PAUSE = Duration.ofMillis(250);

  /** Somebody may drop what a snapshot is about to describe. */
  private static final int ATTEMPTS = 3;

  private final Deployment deployment;
  private final PostgresAccess access;
  private final Instance instance;
  private final String database;
  private final @Nullable Duration limit;
  private final DdlListener listener;
  private final DdlStop stop;

  private final List<String> warnings = new ArrayList<>();
  private @Nullable CatalogSnapshot before;
  private Propagated otherwise = Propagated.not("");

  /**
   * @param limit null: nobody is to look
   */
  ChangeWatch(
      Deployment deployment,
      PostgresAccess access,
      Instance instance,
      String database,
      @Nullable Duration limit,
      DdlListener listener,
      DdlStop stop) {
    this.deployment = deployment;
    this.access = access;
    this.instance = instance;
    this.database = database;
    this.limit = limit;
    this.listener = listener;
    this.stop = stop;
  }

  /**
   * @throws DeploymentFailed the catalog cannot be read, so that nobody could tell afterwards
   */
  void before(Script script) throws DeploymentFailed {
    Optional<String> reason = nothingToWaitFor(script);
    if (reason.isPresent()) {
      otherwise = Propagated.not(reason.get());
      return;
    }
    try (Connection connection = access.open(instance, database)) {
      if (asks(connection, EXTENSION)) {
        warnOfWhatStays(script, connection);
        before = read(connection);
      } else {
        otherwise =
            Propagated.not(
                "pg_deeplake is not installed in database %s of %s, so nothing travels from there"
                    .formatted(database, instance.name()));
      }
    } catch (SQLException e) {
      throw new DeploymentFailed(
          "cannot read the catalog of database %s on %s: %s. Nothing was run; with --no-wait it is not needed"
              .formatted(database, instance.name(), PostgresAccess.reason(e)),
          e);
    }
  }

  private Optional<String> nothingToWaitFor(Script script) throws DeploymentFailed {
    List<StatementFacts> statements = script.parts().stream().map(Script.Part::statement).toList();
    String commands =
        String.join(", ", statements.stream().map(StatementFacts::command).distinct().toList());
    if (statements.stream().allMatch(StatementFacts::instanceOnly)) {
      return Optional.of("%s changes %s only".formatted(commands, instance.name()));
    }
    if (statements.stream().noneMatch(StatementFacts::comparable)) {
      return Optional.of(commands + " changes nothing that can be seen in the catalog");
    }
    if (limit == null) {
      return Optional.of("--no-wait");
    }
    return deployment.instances().size() == 1
        ? Optional.of("there is no other instance")
        : Optional.empty();
  }

  private void warnOfWhatStays(Script script, Connection connection) throws SQLException {
    List<String> staying =
        script.parts().stream()
            .map(Script.Part::statement)
            .filter(StatementFacts::staysHere)
            .map(StatementFacts::command)
            .distinct()
            .toList();
    if (staying.isEmpty() || asks(connection, DEEPLAKE_BY_DEFAULT)) {
      return;
    }
    String warning =
        "%s without USING deeplake: %s, so the other instances will not show it"
            .formatted(String.join(", ", staying), Shortcomings.WHAT_STAYS);
    warnings.add(warning);
    listener.say("WARNING:  " + warning);
  }

  /** What the operator was told by {@link #before}. */
  List<String> warnings() {
    return warnings;
  }

  private static boolean asks(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next();
    }
  }

  private static CatalogSnapshot read(Connection connection) throws SQLException {
    for (int attempt = 1; true; attempt++) {
      try {
        return CatalogSnapshot.read(connection);
      } catch (SQLException e) {
        if (attempt == ATTEMPTS || connection.isClosed()) {
          throw e;
        }
      }
    }
  }

  /** As {@link #after}, where the server may just be coming back. */
  Propagated afterCrash() throws InterruptedException {
    if (before != null) {
      listener.step("waiting for " + instance.name());
      long deadline = System.nanoTime() + access.timeout().toNanos();
      while (!answers() && System.nanoTime() - deadline < 0 && !stop.await(PAUSE)) {
        // Once more.
      }
    }
    return after();
  }

  private boolean answers() {
    try (Connection _ = access.open(instance, database)) {
      return true;
    } catch (SQLException _) {
      return false;
    }
  }

  /** Blocks until all show it, or until the limit. */
  Propagated after() throws InterruptedException {
    if (before == null || limit == null) {
      return otherwise;
    }
    listener.step("comparing the catalog of " + instance.name());
    CatalogSnapshot after;
    List<Instance> others;
    try (Connection connection = access.open(instance, database)) {
      after = read(connection);
      others = deployment.instances().stream().filter(other -> !other.equals(instance)).toList();
    } catch (SQLException e) {
      return Propagated.unknown(
          "the catalog of %s cannot be read: %s"
              .formatted(instance.name(), PostgresAccess.reason(e)));
    } catch (DeploymentFailed e) {
      return Propagated.unknown(String.valueOf(e.getMessage()));
    }
    CatalogDifference change = CatalogDifference.between(before, after);
    if (change.isEmpty()) {
      return Propagated.not("nothing changed in the catalog");
    }
    return new Propagated(
        new Propagation(deployment, access, database, change, limit, listener, stop).await(others),
        null);
  }
}
