package org.pgdeeplake.manager.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.local.TestData;

/** What `manage proxy` tells is what the proxy is, and what it cannot tell it explains. */
class ProxyLookingIT extends ProxyScene {
  @Test
  void serversAndQueue() throws Exception {
    Manage servers = manage("servers");
    assertThat(servers.code()).isEqualTo(ExitCodes.OK);
    assertThat(servers.out())
        .startsWith("BACKEND")
        .contains("pg-deeplake-1", "127.0.0.1:" + ports[0], "UP", "pg-deeplake-2");
    assertThat(json("servers").path("servers"))
        .hasSize(2)
        .allMatch(server -> server.path("up").asBoolean() && server.path("sessions").isInt());
    assertThat(manage("queue").out()).contains("WAITING", "pg_backends", "2/2");
    assertThat(json("queue").path("backends").path(0).path("queue").path("waiting").asInt(-1))
        .isZero();
    assertThat(json("demand").path("demand").isInt()).isTrue();
    assertThat(manage("demand").out()).contains("DEMAND", "SERVERS UP");
  }

  @Test
  void sessionsByFilter() throws Exception {
    try (Connection connection = client()) {
      connection.setClientInfo("ApplicationName", "report");
      Manage sessions = manage("sessions", "--user=postgres");
      assertThat(sessions.code()).isEqualTo(ExitCodes.OK);
      assertThat(sessions.out()).contains("postgres", "idle", "pg-deeplake-");
      assertThat(json("sessions", "--database=none").path("sessions")).isEmpty();
      assertThat(json("sessions", "--limit=1").path("sessions")).hasSize(1);
      assertThat(manage("sessions", "--server=nowhere").code()).isEqualTo(ExitCodes.FAILED);
    }
  }

  @Test
  void withoutOrWithWrongCredentialsItSaysWhichKeys() {
    Manage missing = manage(Map.of(), "sessions");
    Manage wrong = manage(Map.of("PROXY_STATS_USER", "ops", "PROXY_STATS_PASSWORD", "no"), "wake");

    assertThat(missing.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(missing.err())
        .contains("wants user and password", "HAPROXY_STATS_USER", "PROXY_STATS_PASSWORD");
    assertThat(wrong.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(wrong.err()).contains("refuses user 'ops'", "PROXY_STATS_PASSWORD");
    assertThat(manage(Map.of(), "servers").code()).isEqualTo(ExitCodes.OK);
  }

  @Test
  void nobodyThere() {
    Manage result = manage("servers", "--proxy=http://127.0.0.1:" + TestData.freePort());

    assertThat(result.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(result.err()).contains("No connection to the proxy at http://127.0.0.1:", "--proxy");
  }

  @Test
  void anUnknownServerIsToldWhatThereIs() {
    Manage result = manage("drain", "pg-deeplake-9");

    assertThat(result.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(result.err()).contains("pg-deeplake-9", "pg-deeplake-1");
    assertThat(manage("pause", "nowhere").err()).contains("pg_backends");
  }

  @Test
  void wakeIsDemand() throws Exception {
    assertThat(json("wake", "--dry-run").path("dryRun").asBoolean()).isTrue();
    assertThat(json("wake").path("demand").asInt()).isPositive();
  }

  @Test
  void reloadSaysWhatHasChangedOrWhatIsWrong() throws Exception {
    assertThat(manage("reload").out()).isEqualTo("nothing has changed\n");
    String good = Files.readString(proxy.configuration());
    try {
      Files.writeString(proxy.configuration(), good.replace("linger = 1s", "linger = 2s"));
      assertThat(manage("reload").out()).contains("linger");

      Files.writeString(proxy.configuration(), good.replace("linger", "lingr"));
      Manage refused = manage("reload");
      assertThat(refused.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(refused.out()).isEmpty();
      assertThat(refused.err()).contains("proxy.conf:", "lingr");
      JsonNode problems = json("reload").path("problems");
      assertThat(List.of(problems.path(0).asText())).allMatch(refused.err()::contains);
    } finally {
      Files.writeString(proxy.configuration(), good);
      assertThat(manage("reload").code()).isEqualTo(ExitCodes.OK);
    }
  }
}
