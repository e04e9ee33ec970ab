package org.pgdeeplake.manager.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** An ingest that is killed with kill -9 goes on where it was, and every row is there once. */
class KilledIngestTest {
  private static final long LOCK = 42;

  @AutoClose private final TestServer server;

  KilledIngestTest() throws Exception {
    server = new TestServer();
  }

  @Test
  void goesOn() throws Exception {
    TestServer.Database database = server.database();
    database.execute(TpchSchema.LINEITEM.create("heap"));
    // Near the end of the last chunk but one.
    Triggers.waitForLock(database, "lineitem", "l_orderkey = 44000 AND NEW.l_linenumber = 1", LOCK);
    Process killed = null;
    String before;
    try (Connection blocker = database.open();
        Statement statement = blocker.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
      killed = start(database);
      ProcessHandle ingest = killed.toHandle();
      await()
          .atMost(Duration.ofMinutes(2))
          .failFast("the ingest ended", () -> !ingest.isAlive())
          .until(
              () ->
                  database.query(
                      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"),
              "1"::equals);
      killed.destroyForcibly().waitFor();
      before = database.query("SELECT count(*) FROM pgdl_manager.ingest_chunk");
      assertThat(Integer.parseInt(before)).isPositive();
      assertThat(database.query("SELECT count(*) FROM lineitem")).isNotEqualTo("0");
    } finally {
      if (killed != null) {
        killed.destroyForcibly().waitFor();
      }
    }

    IngestReport report =
        new TpchIngest(
                database.target(),
                IngestProcess.options("0.01", 1, TpchSchema.names()),
                IngestProcess.toStandardOutput())
            .run();

    assertThat(report.tables()).containsOnlyKeys(TpchSchema.names());
    assertThat(database.query("SELECT count(*) FROM lineitem"))
        .isEqualTo(Long.toString(report.tables().getOrDefault("lineitem", 0L)));
    assertThat(database.query("SELECT count(DISTINCT (l_orderkey, l_linenumber)) FROM lineitem"))
        .isEqualTo(Long.toString(report.tables().getOrDefault("lineitem", 0L)));
    // Only what was missing was sent.
    assertThat(report.loading().rowsPerSecond()).isPositive();
  }

  private static Process start(TestServer.Database database) throws Exception {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                System.getProperty("java.class.path"),
                IngestProcess.class.getName(),
                Integer.toString(database.port()),
                database.name(),
                "0.01",
                "1"))
        .inheritIO()
        .start();
  }
}
