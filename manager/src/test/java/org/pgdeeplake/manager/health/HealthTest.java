package org.pgdeeplake.manager.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.StandInExtension;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/** What is wrong with an instance is told in one word of those in --help, and in the exit code. */
class HealthTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String PATH = "s3://bucket/tpch/";

  private static TestData data;
  private static LocalDeployment deployment;
  private static List<Instance> instances;
  private static StandInExtension extension;

  @BeforeAll
  static void prepare() throws Exception {
    data = new TestData();
    deployment = data.deployment(2);
    instances = deployment.instances();
    extension = new StandInExtension(data);
  }

  @AfterAll
  static void end() throws Exception {
    data.close();
  }

  @BeforeEach
  void install() throws Exception {
    deployment.start(1);
    deployment.start(2);
    extension.install(port(1), PATH);
    extension.install(port(2), PATH);
  }

  @AfterEach
  void remove() throws Exception {
    deployment.start(1);
    deployment.start(2);
    StandInExtension.remove(port(1));
    StandInExtension.remove(port(2));
  }

  private static int port(int ordinal) {
    return instances.get(ordinal - 1).port();
  }

  private static Manage health(String... args) {
    List<String> all = new ArrayList<>(List.of("health"));
    all.addAll(List.of(args));
    return Manage.local(data.path(), all.toArray(String[]::new));
  }

  /** Of the second instance; the first is healthy. */
  private static List<String> words() {
    Manage run = health("--output=json", "--timeout=3s");
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.json().path("healthy").asBoolean()).isFalse();
    assertThat(run.json().at("/instances/0/failures")).isEmpty();
    return run.json().at("/instances/1/failures").findValuesAsText("word");
  }

  @Test
  void allHealthy() throws Exception {
    StandInExtension.set(port(1), "deeplake.sync_interval_ms", "1500");
    StandInExtension.set(port(1), "deeplake.creds", "{\"aws_secret_access_key\": \"s3cret\"}");
    Manage run = health();
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.out())
        .containsSubsequence(
            "pg-deeplake-1  healthy",
            "PostgreSQL 18.",
            "pg_deeplake " + StandInExtension.VERSION,
            "deeplake.stateless_enabled   on",
            "deeplake.root_path           " + PATH,
            "deeplake.sync_interval_ms    1500",
            "pg_deeplake.memory_limit_mb  -",
            "pg-deeplake-2  healthy")
        .doesNotContain("s3cret");
  }

  @Test
  void theFieldsOfTheJson() throws Exception {
    StandInExtension.execute(port(2), "CREATE DATABASE sales", "CREATE TABLE plain (a int)");
    StandInExtension.execute(port(2), "CREATE TABLE t (a int) USING deeplake");
    try (Connection client = TestData.connect(port(2))) {
      client.setAutoCommit(false);
      client.createStatement().execute("SELECT 1");

      JsonNode json = health("--output=json").json();

      assertThat(json.path("healthy").asBoolean()).isTrue();
      JsonNode second = json.at("/instances/1");
      assertThat(second.path("name").asText()).isEqualTo("pg-deeplake-2");
      assertThat(second.path("ordinal").asInt()).isEqualTo(2);
      assertThat(second.path("version").asText()).startsWith("18.");
      assertThat(second.path("uptimeSeconds").isIntegralNumber()).isTrue();
      assertThat(second.path("extension").asText()).isEqualTo(StandInExtension.VERSION);
      assertThat(second.path("settings").path("deeplake.root_path").asText()).isEqualTo(PATH);
      assertThat(second.path("settings").has("deeplake.creds")).isFalse();
      assertThat(second.at("/connections/0/database").asText()).isEqualTo("postgres");
      assertThat(second.at("/connections/0/user").asText()).isEqualTo("postgres");
      assertThat(second.at("/connections/0/state").asText()).isEqualTo("idle in transaction");
      assertThat(second.at("/connections/0/count").asInt()).isEqualTo(1);
      // plain, t and the catalog of the stand-in
      assertThat(second.at("/databases/0").toString())
          .isEqualTo(
              "{\"name\":\"postgres\",\"extension\":\"%s\",\"tables\":3,\"deeplakeTables\":1}"
                  .formatted(StandInExtension.VERSION));
      assertThat(second.at("/databases/1/name").asText()).isEqualTo("sales");
      assertThat(second.at("/databases/1/extension").isNull()).isTrue();
    } finally {
      StandInExtension.execute(port(2), "DROP DATABASE sales", "DROP TABLE plain, t");
    }
  }

  @Test
  void aLocalInstanceThatKnowsNoExtensionIsHealthyWithoutIt() throws Exception {
    StandInExtension.remove(port(2));
    Manage run = health();
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.out())
        .containsSubsequence("pg-deeplake-2  healthy", "pg_deeplake not installed");
  }

  @Test
  void anExtensionThatIsInNoDatabase() throws Exception {
    StandInExtension.execute(port(2), "DROP EXTENSION pg_deeplake");
    assertThat(words()).containsExactly("extension");
    assertThat(health().out()).contains("not in this database");
  }

  @Test
  void statefulAndWithoutAPath() throws Exception {
    StandInExtension.set(port(2), "deeplake.stateless_enabled", "off");
    StandInExtension.set(port(2), "deeplake.root_path", "");
    assertThat(words()).containsExactly("stateless", "root_path");
    assertThat(health().out()).contains("pg-deeplake-2  stateless (off), root_path");
  }

  @Test
  void aCatalogThatCannotBeRead() throws Exception {
    StandInExtension.execute(
        port(2),
        "ALTER EXTENSION pg_deeplake DROP TABLE pg_deeplake_tables",
        "DROP TABLE pg_deeplake_tables");
    assertThat(words()).containsExactly("catalog");
    assertThat(health().out()).contains("relation \"pg_deeplake_tables\" does not exist");
  }

  @Test
  void aCatalogThatDoesNotAnswerInTime() throws Exception {
    try (Connection client = TestData.connect(port(2))) {
      client.setAutoCommit(false);
      client.createStatement().execute("LOCK TABLE pg_deeplake_tables");
      assertThat(words()).containsExactly("catalog");
    }
  }

  @Test
  void aDirectoryThatIsNotThere() throws Exception {
    Path storage = data.path().resolve("storage");
    StandInExtension.set(port(2), "deeplake.root_path", storage.toString());
    assertThat(words()).containsExactly("directory");
    assertThat(health().out()).contains("pg-deeplake-2  directory (" + storage + ")");

    Files.createDirectory(storage);

    assertThat(health().code()).isEqualTo(ExitCodes.OK);
  }

  @Test
  void oneThatWasStopped() throws Exception {
    deployment.stop(2);
    assertThat(words()).containsExactly("unreachable");
    assertThat(health().out()).contains("pg-deeplake-2  unreachable (stopped)");
  }

  @Test
  void oneThatWasKilled() throws Exception {
    TestData.kill9(deployment.start(2).pid());
    await().atMost(LIMIT).until(() -> !deployment.isRunning(2));
    assertThat(words()).containsExactly("unreachable");
  }

  @Test
  void oneThatHangsDelaysNobody() throws Exception {
    long pid = deployment.start(2).pid();
    TestData.signal("STOP", pid);
    try {
      long began = System.nanoTime();
      assertThat(words()).containsExactly("unreachable");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    } finally {
      TestData.signal("CONT", pid);
    }
  }

  @Test
  void onlyThoseThatAreNamed() throws Exception {
    deployment.stop(2);
    Manage first = health("pg-deeplake-1");
    assertThat(first.code()).isEqualTo(ExitCodes.OK);
    assertThat(first.out()).doesNotContain("pg-deeplake-2");

    Manage unknown = health("pg-deeplake-3");

    assertThat(unknown.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(unknown.err())
        .contains("no instance 'pg-deeplake-3'; there are pg-deeplake-1, pg-deeplake-2");
  }

  @Test
  void theHelpExplainsEveryWord() {
    String help = health("--help").out();
    for (Failure failure : Failure.values()) {
      assertThat(help).containsPattern(failure.word() + " +" + failure.meaning());
    }
  }
}
