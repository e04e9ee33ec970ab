package org.pgdeeplake.manager.ddl;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.postgres.PostgresAccess;
import org.pgdeeplake.manager.sql.Script;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLWarning;

/** The session that runs the statements, without a limit of time. One thread. */
final class DdlSession implements AutoCloseable {
  /** PostgreSQL manual, appendix A. */
  static final String NO_SUCH_DATABASE = "3D000";

  private static final String CANCELED = "57014";

  /** One request can come before the statement does. */
  private static final Duration CANCEL_AGAIN = Duration.ofMillis(500);

  private static final List<String> SETTINGS =
      List.of(
          // The guard reads the text so.
          "SET standard_conforming_strings = on",
          // A statement whose manager was killed is ended by the server.
          "SET client_connection_check_interval = '2s'",
          // The driver has set this machine's: the bounds of a partition must not depend on that.
          """
          SELECT set_config('timezone', coalesce(
           (SELECT setting FROM pg_file_settings WHERE lower(name) = 'timezone' AND applied
            ORDER BY seqno DESC LIMIT 1), 'UTC'), false)
          """);

  private final Connection connection;
  private final Instance instance;
  private final PostgresAccess access;
  private volatile boolean abandoned;

  private DdlSession(PostgresAccess access, Connection connection, Instance instance) {
    this.access = access;
    this.connection = connection;
    this.instance = instance;
  }

  static DdlSession open(PostgresAccess access, Instance instance, String database)
      throws DeploymentFailed {
    try {
      String application = Operator.current().application(Operator.RUN);
      Connection connection = access.openVerbatim(instance, database, application, Duration.ZERO);
      DdlSession session = new DdlSession(access, connection, instance);
      boolean prepared = false;
      try (Statement statement = connection.createStatement()) {
        for (String setting : SETTINGS) {
          statement.execute(setting);
        }
        for (String setting : PostgresAccess.NOTICE_LOSS) {
          statement.execute(setting);
        }
        prepared = true;
      } finally {
        if (!prepared) {
          session.close();
        }
      }
      return session;
    } catch (SQLException e) {
      throw cannotConnect(instance, database, e);
    }
  }

  static DeploymentFailed cannotConnect(Instance instance, String database, SQLException e) {
    return new DeploymentFailed(
        NO_SUCH_DATABASE.equals(e.getSQLState())
            ? "there is no database %s on %s: manage provision-db %s makes it on every instance"
                .formatted(database, instance.name(), database)
            : "cannot connect to database %s on %s: %s"
                .formatted(database, instance.name(), PostgresAccess.reason(e)),
        e);
  }

  /**
   * Runs one statement in a transaction of its own.
   *
   * @throws DeploymentFailed in the words of the server, several lines
   */
  void execute(Script script, Script.Part part, DdlListener listener, DdlStop stop)
      throws DeploymentFailed {
    CountDownLatch ended = new CountDownLatch(1);
    try (Statement statement = connection.createStatement();
        Pulse _ = new Pulse(access, instance, this::abandon)) {
      statement.setEscapeProcessing(false);
      stop.onRequest(() -> cancel(ended));
      try {
        statement.execute(part.statement().text());
      } finally {
        ended.countDown();
        tellNotices(statement.getWarnings(), script, part, listener);
      }
    } catch (SQLException e) {
      if (e instanceof PSQLException error && error.getServerErrorMessage() != null) {
        throw new DeploymentFailed(inWords(e, script, part, stop), e);
      }
      if (abandoned || String.valueOf(e.getSQLState()).startsWith("08")) {
        throw new OutcomeUnknown(unknown(e, part), e);
      }
      throw new DeploymentFailed(String.valueOf(e.getMessage()), e);
    }
  }

  /** Whoever waits for an answer gets a failure. */
  private void abandon() {
    abandoned = true;
    try {
      connection.abort(Runnable::run);
    } catch (SQLException _) {
      // It has ended already.
    }
  }

  /** A statement's own cancel sends one request only, which may come before the statement. */
  private void cancel(CountDownLatch ended) {
    try {
      do {
        connection.unwrap(PGConnection.class).cancelQuery();
      } while (!ended.await(CANCEL_AGAIN.toMillis(), TimeUnit.MILLISECONDS));
    } catch (SQLException | InterruptedException _) {
      // It has ended, or the server cannot be told.
    }
  }

  private static void tellNotices(
      @Nullable SQLWarning first, Script script, Script.Part part, DdlListener listener) {
    for (SQLWarning warning = first; warning != null; warning = warning.getNextWarning()) {
      if (warning instanceof PSQLWarning notice && notice.getServerErrorMessage() != null) {
        listener.say(ServerMessage.notice(notice.getServerErrorMessage(), script, part));
      }
    }
  }

  private String inWords(SQLException e, Script script, Script.Part part, DdlStop stop) {
    String command = part.statement().command();
    if (stop.requested() && CANCELED.equals(e.getSQLState())) {
      return "%s was canceled on %s, which undid it%s"
          .formatted(
              command,
              instance.name(),
              part.statement().mustRunAlone()
                  ? " as far as it can: look for an index that is invalid"
                  : "");
    }
    return e instanceof PSQLException error && error.getServerErrorMessage() != null
        ? ServerMessage.error(error.getServerErrorMessage(), script, part)
        : String.valueOf(e.getMessage());
  }

  private String unknown(SQLException e, Script.Part part) {
    return "the connection with %s ended while %s ran (%s): whether it was done is not known. Some statements crash pg_deeplake (known upstream bugs); look at the server's log and at its catalog before running it again"
        .formatted(
            instance.name(),
            part.statement().command(),
            abandoned ? "the server answered nobody any more" : PostgresAccess.reason(e));
  }

  /** Whether a BEGIN among the statements was never followed by its COMMIT. */
  boolean inTransaction() {
    try {
      return connection.unwrap(BaseConnection.class).getTransactionState() != TransactionState.IDLE;
    } catch (SQLException _) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException _) {
      // It is gone then.
    }
  }
}
