package org.pgdeeplake.manager.credentials;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Whether an instance logs next to nothing because a rotation was cut off there: the credentials
 * file in force still begins with the line of {@link Mute}.
 */
public final class SilentLog {
  /** Of a rotation that is under way the same is to be expected. */
  private static final String SILENCED =
      """
      SELECT EXISTS (SELECT FROM pg_file_settings WHERE sourcefile = ? AND name IN ('%s', '%s'))
         AND NOT EXISTS (SELECT FROM pg_locks
                         WHERE locktype = 'advisory' AND granted AND classid = %s AND objid = 1)
      """
          .formatted(Mute.LEVEL.parameter(), Mute.DESTINATION.parameter(), QuietSession.LOCK_CLASS);

  private SilentLog() {}

  /**
   * @param file the credentials file, in the server's file system
   */
  public static boolean isIn(Connection connection, String file) throws SQLException {
    try (PreparedStatement query = connection.prepareStatement(SILENCED)) {
      query.setString(1, file);
      try (ResultSet row = query.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }
}
