package org.pgdeeplake.manager.credentials;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.InstanceState;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/**
 * SHA-256 of credentials, computed where they are, so that they need not travel to be compared. Of
 * their meaning: spaces and the order of fields do not count, since what writes them when an
 * instance starts is not what rotates them.
 *
 * @param sha256 64 hexadecimal digits; "" for no credentials
 */
public record Fingerprint(String sha256) {
  private static final int SHORT = 12;

  /** A cast that fails would show the text, so it is asked first. */
  private static final String OF =
      """
      SELECT CASE WHEN coalesce(creds, '') = '' THEN ''
                  ELSE encode(sha256(convert_to(CASE WHEN pg_input_is_valid(creds, 'jsonb')
                                                     THEN creds::jsonb::text ELSE creds END,
                                                'UTF8')), 'hex') END
      FROM (SELECT %s AS creds OFFSET 0) AS held
      """;

  static final String OF_SESSION = OF.formatted("current_setting('deeplake.creds', true)");

  /** Only in a {@link QuietSession}. */
  static final String OF_PARAMETER = OF.formatted("CAST(? AS text)");

  public boolean none() {
    return sha256.isEmpty();
  }

  /** For people. */
  public String brief() {
    return none() ? "none" : sha256.substring(0, SHORT);
  }

  static Fingerprint ofNewSession(PostgresAccess access, Instance instance) throws SQLException {
    try (Connection connection = access.open(instance, QuietSession.DATABASE)) {
      return of(connection);
    }
  }

  /** Of the session. */
  static Fingerprint of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(OF_SESSION)) {
      rows.next();
      return new Fingerprint(rows.getString(1));
    }
  }

  static String words(InstanceState state) {
    String phase = state.phase().name().toLowerCase(java.util.Locale.ROOT);
    return "does not run: " + phase + (state.detail().isEmpty() ? "" : ", " + state.detail());
  }
}
