// A pod that has to go: the chart's hook drains it at the proxy, and PostgreSQL ends when its last
// session has.
package org.pgdeeplake.proxy.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

class PreStopIT {
  private static final Path SCRIPT = Path.of("../helm/pg-deeplake/files/pre-stop.sh");

  @Test
  void aSessionEndsItsWorkAndTheNextPodTakesSessions(@TempDir Path credentials) throws Exception {
    Files.writeString(credentials.resolve("PROXY_STATS_USER"), "ops");
    Files.writeString(credentials.resolve("PROXY_STATS_PASSWORD"), "secret");
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy =
            TestProxy.to(postgres).proxy("admin.stats { user = ops, password = secret }").start()) {
      proxy.awaitUp(1);
      Command.Builder hook =
          Command.of(
                  "bash",
                  SCRIPT.toString(),
                  "127.0.0.1",
                  "" + proxy.proxy().adminAddress().getPort(),
                  "30",
                  "" + postgres.pid())
              .env("DRAIN_CREDENTIALS", credentials.toString())
              .env("DRAIN_INSTANCE", "s1");
      try (RawClient session = RawClient.session(proxy.address());
          Command running = hook.start()) {
        await().until(() -> state(proxy) == AdministrativeState.DRAIN);
        assertThat(session.value("select 6 * 7")).isEqualTo("42");
        assertThat(running.running()).isTrue();
        session.send(RawClient.terminate());
        Command.Result result = running.await();
        assertThat(result.exitCode()).as(result.err()).isZero();
      }
      await("SIGINT has ended it").until(() -> !postgres.running());
      await("it is down, and its drain is over")
          .until(() -> state(proxy) == AdministrativeState.READY);
      postgres.start();
      proxy.awaitUp(1);
      try (RawClient next = RawClient.session(proxy.address())) {
        assertThat(next.value("select 1")).isEqualTo("1");
      }
    }
  }

  /** As one that goes and comes back between two checks. */
  @Test
  void oneThatIsUpAllTheSameTakesSessionsAgain() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy =
            TestProxy.to(postgres).proxy("admin.stats { user = ops, password = secret }").start()) {
      proxy.awaitUp(1);
      URI drain =
          URI.create(
              "http://127.0.0.1:%d/api/v1/servers/s1/drain?wait=5s&until=down"
                  .formatted(proxy.proxy().adminAddress().getPort()));
      String login = Base64.getEncoder().encodeToString("ops:secret".getBytes(US_ASCII));
      try (HttpClient client = HttpClient.newHttpClient()) {
        HttpRequest request =
            HttpRequest.newBuilder(drain)
                .POST(BodyPublishers.noBody())
                .header("Authorization", "Basic " + login)
                .build();
        assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
      }
      assertThat(state(proxy)).isEqualTo(AdministrativeState.DRAIN);
      await().atMost(Duration.ofSeconds(20)).until(() -> state(proxy) == AdministrativeState.READY);
    }
  }

  private static AdministrativeState state(TestProxy proxy) {
    return proxy.server(1).server().administrative();
  }
}
