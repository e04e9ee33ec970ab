package org.pgdeeplake.manager.ingest;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens sessions of the target database; from several threads at once. */
@FunctionalInterface
public interface Connections {
  Connection open() throws SQLException;
}
