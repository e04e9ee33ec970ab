package org.pgdeeplake.manager.status;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * A session through the proxy, to see who answers. It is a probe to the proxy: it wakes nothing and
 * is no demand.
 */
public record TestConnection(String host, int port, String database, PostgresAccess access) {
  /** The proxy's words to a probe while nothing is up. */
  private static final String NOTHING_UP = "no database server is running";

  /** The proxy's, where it ends TLS itself and wants it. */
  private static final String PROXY_WANTS_TLS = "this server requires TLS";

  /** The end of what PostgreSQL says where pg_hba.conf has only hostssl. */
  private static final String INSTANCE_WANTS_TLS = "no encryption";

  /** What came of it. */
  public sealed interface Outcome {

    record Answered(Identity identity) implements Outcome {}

    /** Nothing is up, and a probe wakes nothing. */
    record Asleep() implements Outcome {}

    /** It could not be tried without being a client. */
    record Untried(String reason) implements Outcome {}

    record Failed(String reason) implements Outcome {}
  }

  Outcome open() {
    Outcome plain = open(false);
    if (!(plain instanceof Outcome.Failed(String reason))) {
      return plain;
    }
    if (reason.contains(PROXY_WANTS_TLS)) {
      return open(true);
    }
    return reason.contains(INSTANCE_WANTS_TLS)
        ? new Outcome.Untried(
            "TLS is wanted, and inside TLS the proxy cannot tell it from a client")
        : plain;
  }

  private Outcome open(boolean encrypted) {
    try (Connection connection = access.openProbe(host, port, database, encrypted);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT " + Identity.COLUMNS)) {
      row.next();
      return new Outcome.Answered(Identity.of(row));
    } catch (SQLException e) {
      String reason = PostgresAccess.reason(e);
      return reason.contains(NOTHING_UP) ? new Outcome.Asleep() : new Outcome.Failed(reason);
    }
  }
}
