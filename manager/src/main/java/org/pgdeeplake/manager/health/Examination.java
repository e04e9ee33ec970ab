package org.pgdeeplake.manager.health;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.credentials.SilentLog;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.health.InstanceHealth.Database;
import org.pgdeeplake.manager.health.InstanceHealth.Facts;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * The examination of one instance by one thread; what is known so far can be had by any other, when
 * the time is up.
 */
final class Examination {
  private static final Set<String> ON = Set.of("on", "true", "yes", "1");

  private final Instance instance;
  private final PostgresAccess access;

  private volatile @Nullable Facts facts;
  private volatile @Nullable List<Database> databases;
  private volatile List<Trouble> found = List.of();

  /** What it is that does not end, if the time is up now; null: nothing that matters. */
  private volatile @Nullable Failure step = Failure.UNREACHABLE;

  Examination(Instance instance, PostgresAccess access) {
    this.instance = instance;
    this.access = access;
  }

  /**
   * Never throws what an instance can cause; it is among the troubles.
   *
   * @param database where pg_deeplake has to be
   * @param mayLackExtension an instance that does not know pg_deeplake at all is fine without
   */
  InstanceHealth run(Deployment deployment, String database, boolean mayLackExtension) {
    try {
      InstanceState state = deployment.state(instance);
      if (!state.mayAnswer()) {
        trouble(Failure.UNREACHABLE, words(state));
        return soFar();
      }
    } catch (DeploymentFailed e) {
      trouble(Failure.UNREACHABLE, String.valueOf(e.getMessage()));
      return soFar();
    }
    try (Connection connection = access.open(instance, database)) {
      Facts asked = Queries.facts(connection);
      facts = asked;
      step = null;
      log(connection, deployment.credentialsFile(instance));
      if (asked.available() != null || !mayLackExtension) {
        settings(asked);
        storage(connection, asked);
      }
      databases = databases(connection);
    } catch (SQLException e) {
      // A look that got no answer in time has closed the session: that is told already.
      if (found.isEmpty()) {
        trouble(Failure.UNREACHABLE, PostgresAccess.reason(e));
      }
    }
    return soFar();
  }

  private static String words(InstanceState state) {
    String phase = state.phase().name().toLowerCase(Locale.ROOT);
    return state.detail().isEmpty() ? phase : phase + ": " + state.detail();
  }

  private void settings(Facts asked) {
    if (asked.extension() == null) {
      trouble(Failure.EXTENSION, asked.available() == null ? "not on this server" : "");
    }
    String stateless = asked.settings().getOrDefault(Queries.STATELESS, "");
    if (!ON.contains(stateless.toLowerCase(Locale.ROOT))) {
      trouble(Failure.STATELESS, stateless.isEmpty() ? "not set" : stateless);
    }
    if (rootPath(asked).isEmpty()) {
      trouble(Failure.ROOT_PATH, "");
    }
  }

  private static String rootPath(Facts asked) {
    return asked.settings().getOrDefault(Queries.ROOT_PATH, "");
  }

  /** Of another kind of path nothing is known of how to look at it. */
  private void storage(Connection connection, Facts asked) {
    String path = rootPath(asked);
    if (path.startsWith("s3://") && asked.extension() != null) {
      attempt(Failure.CATALOG, () -> Queries.readCatalog(connection));
    } else if (path.startsWith("/")) {
      attempt(
          Failure.DIRECTORY,
          () -> {
            if (!Queries.isDirectory(connection, path)) {
              trouble(Failure.DIRECTORY, path);
            }
          });
    }
  }

  private void log(Connection connection, String file) {
    attempt(
        Failure.SILENT,
        () -> {
          if (SilentLog.isIn(connection, file)) {
            trouble(Failure.SILENT, "");
          }
        });
  }

  private interface Look {
    void look() throws SQLException;
  }

  private void attempt(Failure failure, Look look) {
    step = failure;
    try {
      look.look();
    } catch (SQLException e) {
      trouble(failure, PostgresAccess.reason(e));
    }
    step = null;
  }

  private List<Database> databases(Connection connection) throws SQLException {
    List<Database> all = new ArrayList<>();
    for (String name : Queries.databases(connection)) {
      try (Connection other = access.open(instance, name)) {
        all.add(Queries.database(other, name));
      }
    }
    return List.copyOf(all);
  }

  private void trouble(Failure failure, String detail) {
    List<Trouble> more = new ArrayList<>(found);
    more.add(new Trouble(failure, detail));
    found = List.copyOf(more);
  }

  InstanceHealth soFar() {
    return new InstanceHealth(instance, facts, databases, found);
  }

  /** The examination was given up: so far, and what did not end. */
  InstanceHealth givenUp(String reason) {
    Failure unfinished = step;
    List<Trouble> troubles = new ArrayList<>(found);
    if (unfinished != null && troubles.stream().noneMatch(each -> each.failure() == unfinished)) {
      troubles.add(new Trouble(unfinished, reason));
    }
    return new InstanceHealth(instance, facts, databases, List.copyOf(troubles));
  }
}
