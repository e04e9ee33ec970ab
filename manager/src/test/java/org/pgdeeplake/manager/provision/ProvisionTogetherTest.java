package org.pgdeeplake.manager.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.StandInExtension;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/** Another manager that makes the same at the same time is no failure, nor is a slow server. */
class ProvisionTogetherTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @AutoClose private final TestData data = new TestData();
  private int port;
  private Connection other;

  @BeforeEach
  void start() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    deployment.start(1);
    port = deployment.instances().getFirst().port();
    other = TestData.connect(port);
  }

  @AfterEach
  void end() throws Exception {
    other.close();
  }

  private CompletableFuture<Manage> provision(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "provision-db";
    System.arraycopy(args, 0, all, 1, args.length);
    return CompletableFuture.supplyAsync(
        () -> Manage.local(data.path(), all), Executors.newVirtualThreadPerTaskExecutor());
  }

  private void execute(Connection connection, String... statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  /** Whoever copies it waits for the end of the transaction. */
  private void holdTemplate() throws SQLException {
    execute(other, "BEGIN", "COMMENT ON DATABASE template1 IS 'held'");
  }

  private void awaitWaiting(int count, String condition) {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> {
          try (Connection connection = TestData.connect(port);
              Statement statement = connection.createStatement();
              var row =
                  statement.executeQuery(
                      "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                          + condition)) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(count);
          }
        });
  }

  private static void assertDone(CompletableFuture<Manage> run) {
    assertThat(run).succeedsWithin(LIMIT);
    assertThat(run.join().code()).as(run.join().toString()).isEqualTo(ExitCodes.OK);
  }

  @Test
  void twoAtOnceBothSucceed() throws Exception {
    holdTemplate();
    var first = provision("tpch", "-o", "json");
    var second = provision("tpch", "-o", "json");
    awaitWaiting(2, "query LIKE 'CREATE DATABASE%'");

    execute(other, "COMMIT");

    assertDone(first);
    assertDone(second);
    assertThat(first.join().json().at("/instances/0/result").asText())
        .isNotEqualTo(second.join().json().at("/instances/0/result").asText());
  }

  @Test
  void ofTwoAtOnceOneFailsIfItMustNotExist() throws Exception {
    holdTemplate();
    var first = provision("tpch", "--must-not-exist");
    var second = provision("tpch", "--must-not-exist");
    awaitWaiting(2, "query LIKE 'CREATE DATABASE%'");

    execute(other, "COMMIT");

    String both = first.join().out() + second.join().out();
    assertThat(both).contains("created", "failed: database tpch exists already");
  }

  @Test
  void anExtensionThatAnotherIsJustInstallingIsThere() throws Exception {
    new StandInExtension(data).offer(port);
    execute(other, "CREATE DATABASE tpch");
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/tpch?sslmode=disable";
    try (Connection installing = java.sql.DriverManager.getConnection(url, "postgres", "")) {
      execute(installing, "BEGIN", "CREATE EXTENSION pg_deeplake");
      var run = provision("tpch", "-o", "json");
      awaitWaiting(1, "query LIKE 'CREATE EXTENSION%'");

      execute(installing, "COMMIT");

      assertDone(run);
      assertThat(run.join().json().at("/instances/0/extension").asBoolean()).isTrue();
    }
  }

  @Test
  void aCopyMayTakeLongerThanAnAnswer() throws Exception {
    holdTemplate();
    var run = provision("tpch", "--timeout=1s");
    awaitWaiting(1, "clock_timestamp() - query_start > '1.5s'");

    execute(other, "COMMIT");

    assertDone(run);
    assertThat(run.join().out()).contains("created");
  }
}
