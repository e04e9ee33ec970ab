package org.pgdeeplake.manager.status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.StandInExtension;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.status.AdminStandIn.Seen;
import org.pgdeeplake.manager.terminal.Terminal;

/** The exit code tells trouble, the last line names it; what sleeps as it should is none. */
class StatusTest extends StatusScene {
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
  void oneThatIsWantedAndWasStoppedIs() throws Exception {
    deployment.recordWanted(2);
    deployment.stop(2);
    assertTrouble(status(), "pg-deeplake-2 is wanted, but stopped");

    deployment.recordWanted(1);

    assertThat(lastLine(status())).isEqualTo("ok: 1 instance of 1 wanted runs");
  }

  @Test
  void aListThatIsTooShortIs() throws Exception {
    Path servers = data.path().resolve("servers.conf");
    String before = Files.readString(servers);
    deployment.recordWanted(2);
    Files.writeString(servers, "proxy.backends.pg_backends.servers = [\n]\n");
    try {
      assertTrouble(status(), "2 instances are wanted and 0 defined", "manage scale 2 again");
    } finally {
      Files.writeString(servers, before);
    }
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
