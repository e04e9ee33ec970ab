package org.pgdeeplake.manager.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.idle.IdleTime;
import org.pgdeeplake.manager.idle.IdleWatch;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/** An instance that goes takes no new sessions, and its own end first. */
class ScaleShrinkIT extends ScaleScene {
  @Test
  void aSessionGoesOnAndNewOnesGoElsewhere() throws Exception {
    behindProxy(3, 3);
    CompletableFuture<Manage> scale;
    try (Connection session = clientOn(3)) {
      scale = scaleMeanwhile("1", "--output=json");
      awaitKnown(1);
      try (Connection other = client()) {
        assertThat(ask(other, "SELECT inet_server_port()")).isEqualTo(String.valueOf(port(1)));
      }
      assertThat(ask(session, "SELECT 1")).isEqualTo("1");

      Manage second = scale("2");
      assertThat(second.code()).isEqualTo(ExitCodes.LOCKED);
      assertThat(second.err())
          .contains("scale 1 (pid " + ProcessHandle.current().pid() + ")", "try again");
      assertThat(scale).isNotDone();
    }

    assertThat(scale).succeedsWithin(LIMIT);
    assertDone(scale.join());
    assertThat(scale.join().json().path("removed").toString())
        .isEqualTo("[\"pg-deeplake-2\",\"pg-deeplake-3\"]");
    assertThat(running()).containsExactly(1);
    assertThat(file("servers.conf")).contains("pg-deeplake-1").doesNotContain("pg-deeplake-2");
    assertThat(file(".instance_count")).isEqualTo("1\n");
  }

  @Test
  void afterTheDrainTimeoutItIsClosedWithAWarning() throws Exception {
    behindProxy(2, 2);
    try (Connection session = clientOn(2)) {
      Manage run = scale("1", "--drain-timeout=1s");

      assertDone(run);
      assertThat(run.out())
          .isEqualTo(
              """
              pg-deeplake-2 removed
              warning: 1 session of pg-deeplake-2 did not end in time and was closed
              1 instance runs.
              """);
      assertThatThrownBy(() -> ask(session, "SELECT 1")).isInstanceOf(SQLException.class);
    }
    assertThat(running()).containsExactly(1);
  }

  @Test
  void atZeroClientsWaitUntilOneIsWoken() throws Exception {
    behindProxy(2, 2);
    String before = file("servers.conf");
    CompletableFuture<Manage> scale;
    CompletableFuture<Connection> waiting;
    try (Connection session = clientOn(2)) {
      scale = scaleMeanwhile("0");
      awaitKnown();
      waiting = clientMeanwhile();
      assertThat(ask(session, "SELECT 1")).isEqualTo("1");
    }
    assertThat(scale).succeedsWithin(LIMIT);
    assertDone(scale.join());
    assertThat(scale.join().out()).contains("pg-deeplake-1 stopped", "the next client waits");
    assertThat(running()).isEmpty();
    assertThat(file("servers.conf")).isEqualTo(before);
    assertThat(file(".instance_count")).isEqualTo("0\n");
    assertThat(known()).containsExactly(1, 2);
    assertThat(waiting).isNotDone();

    IdleWatch watch =
        new IdleWatch(
            deployment,
            new PostgresAccess("postgres", "", LIMIT),
            new IdleWatch.Plan(URI.create(proxy.url()), new IdleTime(Duration.ofSeconds(60)), 1),
            AfterStart.NOTHING);
    CompletableFuture<Void> watching =
        CompletableFuture.runAsync(
            () -> {
              try {
                watch.run();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            threads);
    assertThat(waiting).succeedsWithin(LIMIT);
    waiting.join().close();
    watch.stop();
    assertThat(watching).succeedsWithin(LIMIT);
    assertThat(running()).isEqualTo(List.of(1));
    assertThat(file(".instance_count")).isEqualTo("1\n");
  }

  @Test
  void endedOnTheWayToZeroByASignalItLeavesTheListAsItWas() throws Exception {
    behindProxy(2, 2);
    String before = file("servers.conf");
    try (Connection session = clientOn(2)) {
      Process ended = scaleProcess("0");
      awaitKnown();
      TestData.signal("INT", ended.pid());

      assertThat(ended.waitFor()).as(file("scale.log")).isEqualTo(ExitCodes.FAILED);
      assertThat(file("scale.log")).contains("stopped by a signal", "same command again");
      assertThat(file("servers.conf")).isEqualTo(before);
      assertThat(known()).containsExactly(1, 2);
      assertThat(ask(session, "SELECT 1")).isEqualTo("1");
      assertThat(running()).containsExactly(1, 2);
    }
  }

  @Test
  void oneThatDoesNotSayHowManySessionsItHasIsNotTakenForEmpty() throws Exception {
    behindProxy(2, 2);
    try (Connection session = TestData.connect(port(2))) {
      Path rules = Path.of(ask(session, "SHOW hba_file"));
      Files.writeString(rules, "host all all all reject\n");
      assertThat(ask(session, "SELECT pg_reload_conf()")).isEqualTo("t");
      await()
          .atMost(LIMIT)
          .untilAsserted(() ->
              assertThatThrownBy(() -> TestData.connect(port(2)))
                  .hasMessageContaining("pg_hba.conf"));

      Manage run = scale("1", "--drain-timeout=1s");

      assertDone(run);
      assertThat(run.out()).contains("warning: pg-deeplake-2 did not say whether it had sessions");
    }
  }

  @Test
  void killedWhileDrainingItIsFinishedByTheSameCommand() throws Exception {
    behindProxy(2, 2);
    try (Connection session = clientOn(2)) {
      Process killed = scaleProcess("1");
      awaitKnown(1);
      killed.destroyForcibly().waitFor();
      assertThat(ask(session, "SELECT 1")).isEqualTo("1");
      assertThat(running()).containsExactly(1, 2);
    }

    Manage again = scale("1");

    assertDone(again);
    assertThat(again.out()).contains("pg-deeplake-2 removed");
    assertThat(running()).containsExactly(1);
  }

  @Test
  void killedOnTheWayToZeroAllStayDefined() throws Exception {
    behindProxy(2, 2);
    String before = file("servers.conf");
    try (Connection _ = clientOn(2)) {
      Process killed = scaleProcess("0");
      awaitKnown();
      killed.destroyForcibly().waitFor();
    }

    assertDone(scale("0"));

    assertThat(running()).isEmpty();
    assertThat(file("servers.conf")).isEqualTo(before);
    await().atMost(LIMIT).until(() -> known().equals(List.of(1, 2)));
  }
}
