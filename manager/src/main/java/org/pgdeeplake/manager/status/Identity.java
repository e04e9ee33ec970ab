package org.pgdeeplake.manager.status;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * By which an instance is recognised through the proxy.
 *
 * @param systemIdentifier of its data directory, from initdb
 * @param started when the server started, in seconds and microseconds; tells copies of a data
 *     directory apart
 */
public record Identity(long systemIdentifier, String started) {
  static final String COLUMNS =
      """
      (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
      extract(epoch FROM pg_postmaster_start_time())::text AS started
      """;

  static Identity of(ResultSet row) throws SQLException {
    return new Identity(row.getLong("system_identifier"), row.getString("started"));
  }
}
