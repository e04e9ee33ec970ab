package org.pgdeeplake.manager.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.NeedsProgram;
import org.pgdeeplake.manager.cache.RedisServer;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.status.AdminStandIn.Seen;
import org.pgdeeplake.manager.terminal.Terminal;

/**
 * A proxy or a Redis that is not as it should be is trouble; what an operator has ordered is not.
 */
class StatusAroundTest extends StatusScene {
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
  void whoWaitsForLongIsTrouble() {
    proxy.stuck(19);
    assertThat(status().code()).isEqualTo(ExitCodes.OK);
    proxy.stuck(100);
    assertTrouble(status(), "1 client waits, the oldest for 100 s, and no server comes up");
  }

  @Test
  void theProxyIsWhereItsPortSaysItIs() {
    int port = URI.create(proxy.url()).getPort();
    Manage run =
        Manage.run(
            data.path(),
            Map.of("PROXY_ADMIN_PORT", "" + port, "PROXY_PORT", "" + port(1)),
            "status",
            "--deployment=local",
            "--data=" + data.path());
    assertThat(run.code()).as(run.toString()).isEqualTo(ExitCodes.OK);
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
}
