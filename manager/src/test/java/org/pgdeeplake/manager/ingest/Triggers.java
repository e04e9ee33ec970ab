package org.pgdeeplake.manager.ingest;

import java.sql.SQLException;

/** Something happens on the server when a certain row comes in, in the middle of a COPY. */
final class Triggers {
  private Triggers() {}

  /** The session that sends the row ends; not again when it comes again. */
  static void terminateOnce(TestServer.Database database, String table, String row)
      throws SQLException {
    // A sequence is not rolled back.
    database.execute("CREATE SEQUENCE times");
    create(
        database,
        table,
        row,
        "IF nextval('times') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;");
  }

  /** The session that sends the row waits for whoever has the advisory lock. */
  static void waitForLock(TestServer.Database database, String table, String row, long lock)
      throws SQLException {
    create(database, table, row, "PERFORM pg_advisory_xact_lock(" + lock + ");");
  }

  private static void create(TestServer.Database database, String table, String row, String action)
      throws SQLException {
    database.execute(
        "CREATE FUNCTION happen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            + action
            + " RETURN NEW; END $$");
    database.execute(
        "CREATE TRIGGER happen BEFORE INSERT ON %s FOR EACH ROW WHEN (NEW.%s) EXECUTE FUNCTION happen()"
            .formatted(table, row));
  }
}
