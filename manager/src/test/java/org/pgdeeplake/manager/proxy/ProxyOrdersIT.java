package org.pgdeeplake.manager.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;

/** What `manage proxy` is told to do the proxy does, and the exit code says whether. */
class ProxyOrdersIT extends ProxyScene {
  @Test
  void drainWaitsUntilItIsEmpty() throws Exception {
    Connection connection = client();
    String server = serverOfTheSession();
    Manage dry = manage("drain", server, "--dry-run");
    assertThat(dry.out()).contains("would be set to drain; it is ready, with 1 session");

    CompletableFuture<Manage> drain =
        CompletableFuture.supplyAsync(() -> manage("drain", server, "--wait=60s", "-ojson"));
    await().atMost(LIMIT).until(() -> json("servers").toString().contains("\"drain\""));
    assertThat(drain).isNotDone();
    connection.close();

    assertThat(drain).succeedsWithin(LIMIT);
    assertThat(drain.join().code()).isEqualTo(ExitCodes.OK);
    JsonNode state = drain.join().json();
    assertThat(state.path("server").asText()).isEqualTo(server);
    assertThat(state.path("empty").asBoolean()).isTrue();
    assertThat(manage("ready", "pg_backends/" + server).out()).contains(server + ": ready");
  }

  @Test
  void drainThatIsNotEmptyInTimeFails() throws Exception {
    try (Connection _ = client()) {
      String server = serverOfTheSession();
      Manage drain = manage("drain", server, "--wait=1500ms");

      assertThat(drain.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(drain.out()).contains(server + ": drain (DRAIN), 1 session");
      assertThat(drain.err()).isNotBlank();
      JsonNode state = json("drain", server, "--wait=100ms");
      assertThat(state.path("empty").asBoolean(true)).isFalse();
      assertThat(state.path("sessions").asInt()).isEqualTo(1);
    }
  }

  @Test
  void maintClosesTheSessions() throws Exception {
    try (Connection connection = client()) {
      String server = serverOfTheSession();

      Manage maint = manage("maint", server, "--wait=10s");

      assertThat(maint.code()).isEqualTo(ExitCodes.OK);
      assertThat(maint.out()).contains(server + ": maint (MAINT), 0 sessions");
      assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1"))
          .isInstanceOf(SQLException.class);
    }
  }

  @Test
  void killAsksUnlessItIsToldNotTo() throws Exception {
    try (Connection _ = client();
        Connection _ = client();
        Connection _ = client()) {
      Manage refused = manage("kill", "--backend=pg_backends");
      assertThat(refused.code()).isEqualTo(ExitCodes.REFUSED);
      assertThat(refused.err()).contains("Close 3 sessions: all of backend pg_backends?", "--yes");
      JsonNode dry = json("kill", "--backend=pg_backends", "--dry-run");
      assertThat(dry.path("sessions").asInt()).isEqualTo(3);
      assertThat(dry.path("dryRun").asBoolean()).isTrue();
      String id = json("sessions").path("sessions").path(0).path("id").asText();

      assertThat(manage("kill", id).out()).isEqualTo("1 session closed\n");
      assertThat(json("kill", "--backend=pg_backends", "--yes").path("closed").asInt())
          .isEqualTo(2);
      assertThat(manage("kill", id).code()).isEqualTo(ExitCodes.FAILED);
      assertThat(manage("kill").code()).isEqualTo(ExitCodes.USAGE);
      assertThat(manage("kill", id, "--server=x").code()).isEqualTo(ExitCodes.USAGE);
    }
  }

  @Test
  void pauseKeepsNewSessionsWaitingUntilResume() throws Exception {
    assertThat(manage("pause", "--dry-run").out())
        .isEqualTo("pg_backends: not paused, 0 waiting\n");
    assertThat(manage("pause").out()).isEqualTo("pg_backends: paused, 0 waiting\n");
    CompletableFuture<Connection> waiting =
        CompletableFuture.supplyAsync(() -> {
          try {
            return client();
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
    await().atMost(LIMIT).until(() -> json("demand").path("waiting").asInt() == 1);
    assertThat(manage("queue").out()).contains("UP, paused");
    assertThat(waiting).isNotDone();

    assertThat(json("resume", "pg_backends").path("paused").asBoolean(true)).isFalse();

    assertThat(waiting).succeedsWithin(LIMIT);
    waiting.join().close();
  }
}
