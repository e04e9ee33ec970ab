package org.pgdeeplake.manager.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.ManagerProcess;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/** Ctrl-C ends an ingest at once with 5, whatever it waits for, and leaves nothing running. */
@Tag("long")
class IngestStoppedTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long LOCK = 4711;

  @AutoClose private final TestData data = new TestData();
  private TestServer.Database database;
  private Connection obstacle;
  private @Nullable Process ingest;

  @BeforeEach
  void start() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    deployment.start(1);
    database = new TestServer.Database(deployment.instances().getFirst().port(), "postgres");
    obstacle = database.open();
    obstacle.setAutoCommit(false);
  }

  @AfterEach
  void end() throws Exception {
    if (ingest != null) {
      ingest.destroyForcibly().waitFor();
    }
    obstacle.close();
  }

  private void run(String... options) throws Exception {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                "ingest",
                "tpch",
                "--deployment=local",
                "--data=" + data.path(),
                "--database=postgres",
                "--scale=0.01",
                "--tables=region,supplier"));
    command.addAll(List.of(options));
    ingest =
        ManagerProcess.of(data.path(), command.toArray(String[]::new))
            .redirectOutput(output().toFile())
            .start();
  }

  private Path output() {
    return data.path().resolve("output");
  }

  private void awaitWaiting(String query) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() ->
            assertThat(
                    database.query(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND"
                            + " query LIKE '"
                            + query
                            + "'"))
                .isEqualTo("1"));
  }

  private void interruptAndAssertStopped() throws Exception {
    Process process = java.util.Objects.requireNonNull(ingest);
    TestData.signal("INT", process.pid());
    assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(output());
    assertThat(process.exitValue()).as(said).isEqualTo(ExitCodes.PARTLY);
    assertThat(said).contains("Stopped. The same command goes on from here.");
    await()
        .atMost(LIMIT)
        .untilAsserted(() ->
            assertThat(
                    database.query(
                        "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE"
                            + " 'pg-manager%'"))
                .isEqualTo("0"));
  }

  @Test
  void whileItComparesATable() throws Exception {
    run("--direct");
    assertThat(java.util.Objects.requireNonNull(ingest).waitFor()).isEqualTo(ExitCodes.OK);
    try (Statement statement = obstacle.createStatement()) {
      statement.execute("LOCK TABLE supplier");
    }

    run("--direct");
    awaitWaiting("SELECT count(*)%FROM supplier");

    interruptAndAssertStopped();
    assertThat(Files.readString(output())).contains("region: 5 rows, all as generated");
  }

  @Test
  void whileTheServerHoldsAChunk() throws Exception {
    database.execute(TpchSchema.SUPPLIER.create("heap"));
    Triggers.waitForLock(database, "supplier", "s_suppkey = 50", LOCK);
    try (Statement statement = obstacle.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(" + LOCK + ")");
    }

    run("--direct");
    awaitWaiting("COPY supplier%");

    interruptAndAssertStopped();
    assertThat(database.query("SELECT count(*) FROM supplier")).isEqualTo("0");
  }

  @Test
  void whileTheProxyHoldsItsConnection() throws Exception {
    try (SleepingServer proxy = new SleepingServer(database.port())) {
      run("--host=127.0.0.1", "--port=" + proxy.port());
      proxy.awaitWaiting(Duration.ZERO);

      interruptAndAssertStopped();
    }
  }
}
