package org.pgdeeplake.manager.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.Instance;

/**
 * The stack of docker-compose.yml from {@code cp .env.example .env && docker compose up -d} on:
 * every command against real containers. Instances are stand-ins of pg_deeplake that share nothing.
 * One story, since bringing it up is what takes the time.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ComposeIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private TestStack stack;

  @BeforeAll
  void up() throws Exception {
    assumeThat(TestStack.dockerIsThere())
        .as("SKIPPED: there is no Docker engine (bin/test brings one)")
        .isTrue();
    stack = TestStack.up();
  }

  @AfterAll
  void down() throws Exception {
    if (stack != null) {
      stack.down();
    }
  }

  private Manage manage(String... args) {
    return stack.manage(args);
  }

  private static void assertOk(Manage run) {
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
  }

  @Test
  @Order(1)
  void everythingIsThere() throws Exception {
    assertThat(stack.throughProxy("SHOW deeplake.stateless_enabled")).isEqualTo("on");
    Manage status = manage("status");
    assertOk(status);
    assertThat(status.out())
        .contains("pg-deeplake-1", "pg-deeplake-2", "the same everywhere", "UP", "Redis")
        .contains("ok: 2 instances of 2 wanted run");
    Manage health = manage("health", "--output", "json");
    assertOk(health);
    assertThat(health.out()).contains("pg-deeplake-2", "/deeplake-data");
  }

  @Test
  @Order(2)
  void aDatabaseIsMadeOnBothAndDdlGoesToTheFirst() throws Exception {
    assertOk(manage("provision-db", "tpch"));
    assertThat(stack.on(2, "tpch", "SELECT extname FROM pg_extension WHERE extname ~ 'deeplake'"))
        .isEqualTo("pg_deeplake");
    Manage ddl =
        manage("run-ddl", "CREATE TABLE t (a int) USING deeplake", "-d", "tpch", "--no-wait");
    assertOk(ddl);
    assertThat(
            stack.on(
                1,
                "tpch",
                "SELECT amname FROM pg_class c JOIN pg_am a ON a.oid = relam"
                    + " WHERE relname = 't'"))
        .isEqualTo("deeplake");
    assertThat(manage("run-ddl", "SELECT 1", "-d", "tpch").code()).isEqualTo(ExitCodes.REFUSED);
    Manage unseen =
        manage("run-ddl", "CREATE TABLE u (a int)", "-d", "tpch", "--propagation-timeout", "1s");
    assertThat(unseen.code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(unseen.out() + unseen.err()).contains("pg-deeplake-2");
  }

  @Test
  @Order(3)
  void aFlushLeavesTheKeysOfOthers() throws Exception {
    stack.redis("set", "pgdl:q1", "x");
    stack.redis("set", "other:q1", "x");
    assertThat(manage("cache-stats").out()).contains("pgdl:");
    assertOk(manage("cache-flush"));
    assertThat(stack.redis("keys", "*")).isEqualTo("other:q1");
  }

  @Test
  @Order(4)
  void credentialsAreRotatedOnAllOrOnNone() throws Exception {
    stack.docker("stop", "pg-deeplake-2");
    assertThat(stack.docker("inspect", "--format", "{{.State.ExitCode}}", "pg-deeplake-2"))
        .as("it was told to end, and not killed")
        .isEqualTo("0");
    String before = stack.credentials(1);

    Manage refused = rotate("AKIANEW", "secret/new+1");

    assertThat(refused.code()).as(refused.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(refused.out() + refused.err()).contains("pg-deeplake-2");
    assertThat(stack.credentials(1)).isEqualTo(before);

    stack.docker("start", "pg-deeplake-2");
    await().atMost(LIMIT).untilAsserted(() -> assertOk(manage("rotate-creds", "--check")));
    assertThat(stack.credentials(2)).isEqualTo(before);

    Manage rotated = rotate("AKIANEW", "secret/new+1");

    assertOk(rotated);
    assertOk(manage("rotate-creds", "--check"));
    assertThat(stack.credentials(1)).contains("AKIANEW", "secret/new+1");
    assertThat(stack.credentials(2)).isEqualTo(stack.credentials(1));
    for (int ordinal : new int[] {1, 2}) {
      assertThat(stack.docker("logs", Instance.name(ordinal))).doesNotContain("secret/new+1");
      assertThat(
              stack.docker(
                  "exec", Instance.name(ordinal), "stat", "-c", "%a %U", TestStack.CREDENTIALS))
          .isEqualTo("600 postgres");
    }
  }

  @Test
  @Order(5)
  void secretsAreOnNoDisk() throws Exception {
    String proxy = stack.compose("ps", "--quiet", "proxy");
    assertThat(stack.onDisk("pg-deeplake-1", "entrypoint")).as("what is there is found").isTrue();
    assertThat(stack.onDisk("pg-deeplake-1", "secret/new+1")).isFalse();
    assertThat(stack.onDisk("pg-deeplake-2", "secret/new+1")).isFalse();
    assertThat(stack.onDisk(proxy, "class")).as("what is there is found").isTrue();
    assertThat(stack.onDisk(proxy, "stats-secret")).isFalse();
  }

  private Manage rotate(String id, String secret) throws Exception {
    stack.writeEnv("AWS_ACCESS_KEY_ID=" + id, "AWS_SECRET_ACCESS_KEY=" + secret);
    return manage("rotate-creds");
  }

  @Test
  @Order(6)
  void clientsGoToTheOtherInstanceWhenOneIsStopped() throws Exception {
    stack.docker("stop", "pg-deeplake-1");
    assertThat(stack.throughProxy("SELECT 1")).isEqualTo("1");
    assertThat(manage("status").code()).as("2 are wanted").isEqualTo(ExitCodes.FAILED);
    stack.docker("start", "pg-deeplake-1");
    await().atMost(LIMIT).untilAsserted(() -> assertOk(manage("status")));
    // A container that is started by hand has the credentials that it was made with.
    assertOk(manage("rotate-creds"));
  }

  @Test
  @Order(7)
  void anImageThatCannotBeHadEndsNobody() throws Exception {
    Path file = stack.project().resolve("docker-compose.yml");
    String before = Files.readString(file);

    Manage run = manage("scale", "2", "--image", "127.0.0.1:1/nobody/has:this");

    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("image pull", "Nothing else has changed");
    assertThat(Files.readString(file)).isEqualTo(before);
    assertThat(stack.running()).containsExactlyInAnyOrder("pg-deeplake-1", "pg-deeplake-2");
    assertOk(manage("status"));
  }

  @Test
  @Order(8)
  void throughASymbolicLinkItIsTheSameProject() throws Exception {
    Path link = Files.createTempDirectory("link").resolve("project");
    Files.createSymbolicLink(link, stack.project());
    assertOk(stack.manageIn(link, "status"));
  }

  @Test
  @Order(9)
  void threeZeroAndBackByWhoeverComes() throws Exception {
    Manage three = manage("scale", "3");
    assertOk(three);
    assertThat(three.out()).doesNotContain("started again");
    assertThat(stack.on(3, "tpch", "SELECT 1")).isEqualTo("1");
    assertThat(stack.credentials(3)).isEqualTo(stack.credentials(1));
    assertThat(manage("proxy", "servers").out()).contains("pg-deeplake-3");

    // The list reaches the proxy by a signal.
    assertOk(stack.manageWithoutCredentials("scale", "0", "--drain-timeout", "5s"));

    assertThat(stack.running()).isEmpty();
    assertOk(manage("status"));
    assertThat(manage("proxy", "servers").out()).contains("pg-deeplake-1", "pg-deeplake-3");
    CompletableFuture<String> waiting = stack.later("SELECT 'woken'");
    await().atMost(LIMIT).until(() -> manage("proxy", "demand").out().contains("1"));

    Manage one = manage("scale", "1");
    assertOk(one);
    assertThat(one.out()).doesNotContain("started again");

    assertThat(waiting.get()).isEqualTo("woken");
    assertThat(stack.running()).containsExactly("pg-deeplake-1");
    assertThat(stack.docker("container", "ls", "--all", "--format", "{{.Names}}"))
        .doesNotContain("pg-deeplake-3");
  }

  @Test
  @Order(10)
  void idleWatchTakesItDownAndBringsItUp() throws Exception {
    stack.writeEnv("IDLE_TIMEOUT_SECONDS=2", "AWS_ACCESS_KEY_ID=AKIALAST");
    stack.compose("--profile", "idle-watch", "up", "-d", "--no-deps", "idle-watch");
    await().atMost(LIMIT).untilAsserted(() -> assertThat(stack.running()).isEmpty());

    assertThat(stack.throughProxy("SELECT 'awake'")).isEqualTo("awake");

    CompletableFuture<String> busy = stack.later("SELECT pg_sleep(20)");
    assertThat(stack.running()).containsExactly("pg-deeplake-1");
    // The container is of the time before the rotation.
    await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(SQLException.class)
        .untilAsserted(() ->
            assertThat(stack.credentials(1))
                .as(stack.compose("--profile", "*", "logs", "idle-watch"))
                .contains("AKIALAST"));
    busy.get();
    await().atMost(LIMIT).untilAsserted(() -> assertThat(stack.running()).isEmpty());
    stack.compose("restart", "proxy");
    await()
        .atMost(LIMIT)
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(() -> stack.throughProxy("SELECT 'again'").equals("again"));
  }
}
