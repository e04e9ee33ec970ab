package org.pgdeeplake.manager.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.StandInExtension;
import org.pgdeeplake.manager.cache.RedisServer;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.status.AdminStandIn.Seen;
import org.pgdeeplake.manager.terminal.Terminal;

/** The exit code tells trouble, the last line names it; what sleeps as it should is none. */
class StatusTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final String PATH = "s3://bucket/tpch/";

  private static TestData data;
  private static LocalDeployment deployment;
  private static StandInExtension extension;
  private static AdminStandIn proxy;

  @BeforeAll
  static void prepare() throws Exception {
    data = new TestData();
    deployment = data.deployment(2);
    extension = new StandInExtension(data);
    proxy = new AdminStandIn();
  }

  @AfterAll
  static void end() throws Exception {
    proxy.close();
    data.close();
  }

  @BeforeEach
  void start() throws Exception {
    deployment.start(1);
    deployment.start(2);
    proxy.both();
  }

  @AfterEach
  void removeExtension() throws Exception {
    start();
    StandInExtension.remove(port(1));
    StandInExtension.remove(port(2));
  }

  private static int port(int ordinal) {
    return deployment.instances().get(ordinal - 1).port();
  }

  private static void install() throws Exception {
    extension.install(port(1), PATH);
    extension.install(port(2), PATH);
  }

  /** Clients reach instance 1 where the proxy should be. */
  private static Manage status(Map<String, String> environment, Terminal terminal, String... more) {
    List<String> args =
        new ArrayList<>(List.of("status", "--deployment=local", "--data=" + data.path()));
    args.addAll(List.of(more));
    Map<String, String> all =
        new HashMap<>(Map.of("PROXY_ADMIN_URL", proxy.url(), "PROXY_PORT", "" + port(1)));
    all.putAll(environment);
    return Manage.run(data.path(), all, terminal, args.toArray(String[]::new));
  }

  private static Manage status(String... more) {
    return status(Map.of(), Terminal.none(), more);
  }

  private static String lastLine(Manage run) {
    return run.out().lines().toList().getLast();
  }

  private static void assertTrouble(Manage run, String... words) {
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(lastLine(run)).startsWith("trouble: ").contains(words);
  }

  @Test
  void allUp() throws Exception {
    install();
    Manage run = status();
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.out())
        .contains("answered by pg-deeplake-1", "the same everywhere", "none configured")
        .containsSubsequence("pg-deeplake-1", "running", "18.", "on", PATH)
        .containsSubsequence("pg-deeplake-2", "running", "18.", "on", PATH)
        .containsSubsequence("BACKEND", "pg_backends", "pg-deeplake-1", "UP");
    assertThat(lastLine(run)).isEqualTo("ok: 2 instances run");
  }

  @Test
  void theFieldsOfTheJson() throws Exception {
    install();
    try (var idle = TestData.connect(port(2));
        var busy = TestData.connect(port(2))) {
      idle.createStatement().execute("SELECT 1");
      busy.setAutoCommit(false);
      busy.createStatement().execute("SELECT 1");

      var json = status("--output=json").json();

      assertThat(json.path("wanted").isNull()).isTrue();
      assertThat(json.path("running").asInt()).isEqualTo(2);
      assertThat(json.path("rootPathsAgree").asBoolean()).isTrue();
      assertThat(json.path("redis").isNull()).isTrue();
      assertThat(json.path("trouble")).isEmpty();
      assertThat(json.at("/client/outcome").asText()).isEqualTo("answered");
      assertThat(json.at("/client/instance").asText()).isEqualTo("pg-deeplake-1");
      assertThat(json.at("/proxy/reachable").asBoolean()).isTrue();
      assertThat(json.at("/proxy/servers/1/name").asText()).isEqualTo("pg-deeplake-2");
      var second = json.at("/instances/1");
      assertThat(second.path("ordinal").asInt()).isEqualTo(2);
      assertThat(second.path("state").asText()).isEqualTo("running");
      assertThat(second.path("busy").asInt()).isEqualTo(1);
      assertThat(second.path("idle").asInt()).isEqualTo(1);
      assertThat(second.path("databases").asInt()).isEqualTo(1);
      assertThat(second.path("version").asText()).startsWith("18.");
      assertThat(second.path("uptimeSeconds").isIntegralNumber()).isTrue();
      assertThat(second.path("stateless").asBoolean()).isTrue();
      assertThat(second.path("rootPath").asText()).isEqualTo(PATH);
      assertThat(second.path("extension").asText()).isEqualTo(StandInExtension.VERSION);
    }
  }

  @Test
  void oneThatWasStoppedInOrderIsNoTrouble() throws Exception {
    deployment.stop(2);
    proxy.see(Seen.up("pg-deeplake-1"), new Seen("pg-deeplake-2", "DOWN", "ready"));
    Manage run = status();
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.out()).containsSubsequence("pg-deeplake-2", "stopped");
    assertThat(lastLine(run)).isEqualTo("ok: 1 instance runs");
  }

  @Test
  void oneThatWasKilledIs() throws Exception {
    long pid = deployment.start(2).pid();
    TestData.kill9(pid);
    await().atMost(LIMIT).until(() -> !deployment.isRunning(2));
    assertTrouble(status(), "pg-deeplake-2 failed (killed, or died)");
  }

  @Test
  void oneThatHangsDelaysNobody() throws Exception {
    long pid = deployment.start(2).pid();
    TestData.signal("STOP", pid);
    try {
      long began = System.nanoTime();
      Manage run = status("--timeout=2s");
      Duration took = Duration.ofNanos(System.nanoTime() - began);

      assertTrouble(run, "pg-deeplake-2 does not answer (no answer");
      assertThat(run.out()).contains("answered by pg-deeplake-1");
      assertThat(took).isLessThan(Duration.ofSeconds(4));
    } finally {
      TestData.signal("CONT", pid);
    }
  }

  @Test
  void rootPathsThatDifferAreTrouble() throws Exception {
    extension.install(port(1), PATH);
    extension.install(port(2), "s3://bucket/other/");
    Manage run = status();
    assertTrouble(
        run, "root paths differ: pg-deeplake-1 " + PATH + ", pg-deeplake-2 s3://bucket/other/");
    assertThat(run.out()).contains("not the same everywhere");
  }

  @Test
  void statefulInstancesAndThoseWithoutPathAreTrouble() throws Exception {
    extension.install(port(1), "");
    extension.install(port(2), "");
    StandInExtension.set(port(2), "deeplake.stateless_enabled", "off");
    assertTrouble(
        status(),
        "pg-deeplake-2 is not stateless",
        "pg-deeplake-1 has no root path",
        "pg-deeplake-2 has no root path");
  }

  @Test
  void aLocalDeploymentMayLackTheExtension() {
    Manage run = status();
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.out())
        .contains("note: pg_deeplake is not installed on pg-deeplake-1, pg-deeplake-2");
  }

  @Test
  void aProxyThatIsNotThereIsTrouble() {
    int nobody = TestData.freePort();
    Manage run = status("--proxy=http://127.0.0.1:" + nobody, "--port=" + nobody);
    assertTrouble(run, "proxy unreachable", "no session through the proxy at 127.0.0.1:" + nobody);
  }

  @Test
  void whereOnlyTlsIsLetInNothingIsTried() throws Exception {
    String words = "no pg_hba.conf entry for host \"127.0.0.1\", user \"postgres\", no encryption";
    try (Refusing refusing = new Refusing("28000", words)) {
      Manage run = status("--port=" + refusing.port());
      assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
      assertThat(run.out())
          .contains(
              "note: no test connection: TLS is wanted, and inside TLS the proxy cannot tell");
      // What the driver says first: no SSLRequest, and the application's name.
      assertThat(refusing.heard()).contains("application_name\0pg_isready\0");
    }
  }

  @Test
  void aClientPortThatRefusesIsTrouble() throws Exception {
    try (Refusing refusing = new Refusing("53300", "sorry, too many clients already")) {
      assertTrouble(
          status("--port=" + refusing.port()),
          "no session through the proxy at 127.0.0.1:" + refusing.port(),
          "sorry, too many clients already");
    }
  }

  @Test
  void aProxyThatHasNoUseForARunningInstanceIsTrouble() {
    proxy.see(new Seen("pg-deeplake-1", "DOWN", "ready"));
    assertTrouble(
        status(),
        "the proxy sees pg-deeplake-1 DOWN (as the test says)",
        "the proxy has no server pg-deeplake-2");
  }

  @Test
  void whatAnOperatorHasOrderedIsANote() {
    proxy.see(
        new Seen("pg-deeplake-1", "MAINT", "maint"), new Seen("pg-deeplake-2", "DRAIN", "drain"));
    proxy.pause(7);
    Manage run = status();
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
    assertThat(run.out())
        .contains("note: pg-deeplake-1 is in maint at the proxy", "pg_backends is paused")
        .contains("demand 7, 7 waiting, the oldest for 4.5s");
  }

  @Test
  void aProxyOfAnotherDeploymentIsTrouble() throws Exception {
    try (TestData elsewhere = new TestData()) {
      LocalDeployment other = elsewhere.deployment(1);
      other.start(1);
      int foreign = other.instances().getFirst().port();
      assertTrouble(
          status("--port=" + foreign),
          "who answers at 127.0.0.1:" + foreign + " is none of these instances");
    }
  }

  @Test
  @NeedsProgram("redis-server")
  void redisIsAskedWhereItIsConfigured() throws Exception {
    try (RedisServer redis = new RedisServer("--requirepass", "hunter2", "--maxmemory", "512mb")) {
      Map<String, String> environment =
          Map.of("REDIS_URL", "redis://:hunter2@127.0.0.1:" + redis.port());
      Manage run = status(environment, Terminal.none());
      assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
      assertThat(run.out())
          .contains("redis://127.0.0.1:" + redis.port(), "of 512.0 MiB used, 0 keys")
          .doesNotContain("hunter2");
      var json = status(environment, Terminal.none(), "--output=json").json().path("redis");
      assertThat(json.path("reachable").asBoolean()).isTrue();
      assertThat(json.path("maxMemoryBytes").asLong()).isEqualTo(512L << 20);
      assertThat(json.path("usedMemoryBytes").asLong()).isPositive();
    }
  }

  @Test
  void aRedisThatIsConfiguredAndNotThereIsTrouble() {
    Map<String, String> environment =
        Map.of("REDIS_URL", "redis://:hunter2@127.0.0.1:" + TestData.freePort());
    Manage run = status(environment, Terminal.none());
    assertTrouble(run, "Redis unreachable");
    assertThat(run.out() + run.err()).doesNotContain("hunter2");
  }

  @Test
  void coloursOnlyWhereATerminalHasThem() {
    assertThat(status(Map.of(), terminal(true)).out()).contains("\033[32mrunning\033[0m");
    assertThat(status(Map.of(), terminal(false)).out()).doesNotContain("\033");
    assertThat(status().out()).doesNotContain("\033");
    assertThat(status(Map.of(), terminal(true), "--output=json").out()).doesNotContain("\033");
  }

  private static Terminal terminal(boolean colours) {
    return new Terminal(true, false, false, colours, InputStream.nullInputStream());
  }

  @Test
  void wrongPortsAreWrongUsage() {
    assertThat(status("--port=0").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(status("--watch=0").err()).contains("'--watch': 0 is not between 1 and 3600");
    Manage run = status(Map.of("PROXY_PORT", "pg"), Terminal.none());
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains("PROXY_PORT='pg' is no port");
  }
}
