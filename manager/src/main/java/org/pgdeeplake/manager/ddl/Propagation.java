package org.pgdeeplake.manager.ddl;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Deployment;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.postgres.Answer;
import org.pgdeeplake.manager.postgres.Fleet;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.sql.CatalogDifference;
import org.pgdeeplake.manager.sql.CatalogSnapshot;

/** Looks at the other instances until each shows a change, all side by side. */
final class Propagation {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Deployment deployment;
  private final PostgresAccess access;
  private final String database;
  private final CatalogDifference change;
  private final Duration limit;
  private final DdlListener listener;
  private final DdlStop stop;
  private final Set<String> pending = new ConcurrentSkipListSet<>();
  private final long began = System.nanoTime();

  /**
   * @param limit from now on
   */
  Propagation(
      Deployment deployment,
      PostgresAccess access,
      String database,
      CatalogDifference change,
      Duration limit,
      DdlListener listener,
      DdlStop stop) {
    this.deployment = deployment;
    this.access = access;
    this.database = database;
    this.change = change;
    this.limit = limit;
    this.listener = listener;
    this.stop = stop;
  }

  /** In the order of the instances. */
  List<Visibility> await(List<Instance> instances) throws InterruptedException {
    instances.forEach(instance -> pending.add(instance.name()));
    tell();
    // Each ends by itself unless it hangs in a connection attempt or an answer.
    Duration whole = limit.plus(access.timeout().multipliedBy(2));
    return Fleet.ask(instances, whole, this::look).stream().map(this::visibility).toList();
  }

  private Visibility visibility(Answer<Visibility> answer) {
    return switch (answer) {
      case Answer.Given<Visibility> given -> given.value();
      case Answer.Failed<Visibility> failed ->
          new Visibility.Missing(failed.instance(), List.of(failed.reason()));
    };
  }

  private void tell() {
    listener.step(
        pending.isEmpty() ? "" : "waiting until it is visible on " + String.join(", ", pending));
  }

  private Visibility look(Instance instance) throws DeploymentFailed, InterruptedException {
    Duration pause = FIRST_PAUSE;
    try (Looks looks = new Looks(instance)) {
      while (true) {
        Duration left = limit.minus(sinceBegin());
        Visibility seen = looks.once();
        if (!(seen instanceof Visibility.Missing)
            || looks.hopeless
            // The last look was begun at the limit.
            || !left.isPositive()
            || stop.await(pause.compareTo(left) < 0 ? pause : left)) {
          return seen;
        }
        Duration longer = pause.multipliedBy(3).dividedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      }
    } finally {
      pending.remove(instance.name());
      tell();
    }
  }

  private Duration sinceBegin() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** At one instance, in one session for as long as that lives. */
  private final class Looks implements AutoCloseable {
    private final Instance instance;
    private @Nullable Connection connection;

    /** Waiting does not help. */
    private boolean hopeless;

    Looks(Instance instance) {
      this.instance = instance;
    }

    Visibility once() throws DeploymentFailed {
      try {
        if (connection == null) {
          InstanceState state = deployment.state(instance);
          if (!state.mayAnswer()) {
            return new Visibility.NotRunning(
                instance, state.phase().name().toLowerCase(Locale.ROOT));
          }
          connection = access.open(instance, database);
        }
        CatalogDifference outstanding = change.outstandingIn(CatalogSnapshot.read(connection));
        return outstanding.isEmpty()
            ? new Visibility.Visible(instance, sinceBegin())
            : new Visibility.Missing(
                instance,
                outstanding.entries().stream().map(CatalogDifference.Entry::inWords).toList());
      } catch (SQLException e) {
        close();
        return new Visibility.Missing(instance, List.of(inWords(e)));
      }
    }

    private String inWords(SQLException e) {
      hopeless = DdlSession.NO_SUCH_DATABASE.equals(e.getSQLState());
      return hopeless
          ? "there is no database %s: manage provision-db %s makes it".formatted(database, database)
          : "cannot be looked at: " + PostgresAccess.reason(e);
    }

    @Override
    public void close() {
      try {
        if (connection != null) {
          connection.close();
        }
      } catch (SQLException _) {
        // Nothing was to be done in it any more.
      }
      connection = null;
    }
  }
}
