package org.pgdeeplake.manager.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.proxy.Server;

/** The proxy knows a new instance when it is as good as the others, or never hears of it. */
class ScaleGrowIT extends ScaleScene {
  @Test
  void whatIsInTheListTakesSessionsAndHasTheDatabases() throws Exception {
    behindProxy(1, 1);
    createDatabase(1, "shop");

    CompletableFuture<Manage> scale = scaleMeanwhile("3", "--output=json");
    while (!scale.isDone()) {
      for (Instance listed : deployment.instances()) {
        assertThat(hasDatabase(listed.port(), "shop")).as(listed.name()).isTrue();
      }
    }

    assertDone(scale.join());
    assertThat(proxyServers()).hasSize(3).allMatch(Server::up);
    assertThat(running()).containsExactly(1, 2, 3);
    assertThat(hasDatabase(port(3), "shop")).isTrue();
    assertThat(file(".instance_count")).isEqualTo("3\n");
    JsonNode json = scale.join().json();
    assertThat(json.path("instances").asInt()).isEqualTo(3);
    assertThat(json.path("started").toString()).isEqualTo("[\"pg-deeplake-2\",\"pg-deeplake-3\"]");
    assertThat(json.path("removed")).isEmpty();
    assertThat(json.path("warnings")).isEmpty();
    clientOn(3).close();

    Manage again = scale("3");
    assertDone(again);
    assertThat(again.out()).isEqualTo("3 instances run.\n");
  }

  @Test
  void whatIsOnlyStoppedTakesNobodyBeforeItIsAsGood() throws Exception {
    behindProxy(2, 1);
    createDatabase(1, "shop");
    int second = port(2);

    CompletableFuture<Manage> scale = scaleMeanwhile("2");
    while (!scale.isDone()) {
      boolean runs = running().contains(2);
      if (runs && deployment.instances().size() == 2) {
        assertThat(hasDatabase(second, "shop")).isTrue();
      }
    }

    assertDone(scale.join());
    assertThat(hasDatabase(second, "shop")).isTrue();
    assertThat(proxyServers()).hasSize(2).allMatch(Server::up);
  }

  @Test
  void withCredentialsTheProxyIsAskedInsteadOfSignalled() throws Exception {
    behindProxy(1, 1, ", stats { user = ops, password = hunter2 }");
    Files.delete(data.path().resolve("proxy.pid"));
    data.createData(2);

    Manage run =
        scaleWith(Map.of("PROXY_STATS_USER", "ops", "PROXY_STATS_PASSWORD", "hunter2"), "2");

    assertDone(run);
    assertThat(run.out()).isEqualTo("pg-deeplake-2 started\n2 instances run.\n");
    assertThat(proxyServers()).hasSize(2).allMatch(Server::up);
  }

  @Test
  void dryRunShowsTheDifferenceAndMakesNone() throws Exception {
    behindProxy(1, 1);
    String before = file("servers.conf");

    Manage dry = scale("2", "--dry-run");

    assertDone(dry);
    assertThat(dry.out())
        .contains("+++ " + data.path().resolve("servers.conf"))
        .contains("+  { name = pg-deeplake-2, address = \"127.0.0.1:")
        .contains("pg-deeplake-2 would be started");
    assertThat(scale("2", "--dry-run", "--output=json").json().path("dryRun").asBoolean()).isTrue();
    assertThat(scale("1", "--dry-run").out()).isEqualTo("Nothing would change.\n");
    assertThat(file("servers.conf")).isEqualTo(before);
    assertThat(data.path().resolve("pg-deeplake-2")).doesNotExist();
    assertThat(data.path().resolve(".instance_count")).doesNotExist();
    assertThat(known()).containsExactly(1);
  }

  @Test
  void oneThatCannotBeMadeChangesNothingUntilItIsMended() throws Exception {
    behindProxy(1, 1);
    data.createData(2);
    String before = file("servers.conf");
    Path obstacle = Files.createFile(data.path().resolve("pg-deeplake-3"));

    Manage failed = scale("3");

    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.err())
        .contains(obstacle.toString(), "ran before serve on", "give the same command again");
    assertThat(file("servers.conf")).isEqualTo(before);
    assertThat(running()).containsExactly(1);
    assertThat(known()).containsExactly(1);
    client().close();

    Files.delete(obstacle);
    assertDone(scale("3"));
    assertThat(running()).containsExactly(1, 2, 3);
    assertThat(known()).containsExactly(1, 2, 3);
  }

  @Test
  void aStrangerOnThePortIsNamedAndMayLeave() throws Exception {
    behindProxy(2, 1);
    String before = file("servers.conf");
    try (ServerSocket _ =
        new ServerSocket(port(2), 1, java.net.InetAddress.ofLiteral("127.0.0.1"))) {
      Manage failed = scale("2");
      assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(failed.err()).contains("127.0.0.1:" + port(2), "give the same command again");
      assertThat(file("servers.conf")).isEqualTo(before);
      try (Connection client = client()) {
        assertThat(ask(client, "SELECT 1")).isEqualTo("1");
      }
    }
    assertDone(scale("2"));
    assertThat(running()).containsExactly(1, 2);
  }

  @Test
  void whereTheProxyDoesNotAnswerItGetsTheOldListBack() throws Exception {
    behindProxy(1, 1);
    data.createData(2);
    String before = file("servers.conf");

    Manage failed = scale("2", "--proxy=http://127.0.0.1:" + TestData.freePort());

    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(file("servers.conf")).isEqualTo(before);
    assertThat(running()).containsExactly(1);
    awaitKnown(1);
  }
}
