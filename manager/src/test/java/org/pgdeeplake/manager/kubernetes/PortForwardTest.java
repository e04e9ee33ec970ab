package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.ProxyStandIn;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.TestData;

/** A port-forward carries every byte of every connection, or says what broke it. */
@Tag("long")
class PortForwardTest {
  @AutoClose private final KubernetesScene scene = new KubernetesScene();
  @AutoClose private final KubernetesDeployment deployment = scene.open();

  PortForwardTest() throws Exception {}

  private Connection connect() throws Exception {
    Instance first = deployment.instances().getFirst();
    return TestData.connect(first.port());
  }

  @Test
  void manyMegabytesArriveWhole() throws Exception {
    String big = "0123456789abcdef".repeat(512 * 1024);
    try (Connection connection = connect();
        var query = connection.prepareStatement("SELECT ?::text, md5(?)")) {
      query.setString(1, big);
      query.setString(2, big);
      var rows = query.executeQuery();
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).isEqualTo(big);
      assertThat(rows.getString(2)).isEqualTo(md5(big));
    }
  }

  /** Then messages pile up, and the next is not to be given away before the last is out. */
  @Test
  void aServerThatStallsGetsEverythingInTheEnd() throws Exception {
    String big = "0123456789abcdef".repeat(2 * 1024 * 1024);
    try (Connection connection = connect();
        var query = connection.prepareStatement("SELECT md5(?)")) {
      query.setString(1, big);
      int backend = backend(connection);
      signal("STOP", backend);
      CompletableFuture<String> answer;
      try {
        answer = CompletableFuture.supplyAsync(() -> first(query));
        await().during(Duration.ofSeconds(1)).until(() -> !answer.isDone());
      } finally {
        signal("CONT", backend);
      }
      assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(md5(big));
    }
  }

  private static String first(PreparedStatement query) {
    try (var rows = query.executeQuery()) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private static int backend(Connection connection) throws SQLException {
    try (var rows = connection.createStatement().executeQuery("SELECT pg_backend_pid()")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static void signal(String name, int pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Integer.toString(pid)).start().waitFor())
        .isZero();
  }

  private static String md5(String text) throws Exception {
    return java.util.HexFormat.of()
        .formatHex(
            java.security.MessageDigest.getInstance("MD5")
                .digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void connectionsAreStreamsOfTheirOwnAndEndWithThem() throws Exception {
    try (Connection one = connect();
        Connection two = connect()) {
      assertThat(one.isValid(5)).isTrue();
      assertThat(two.isValid(5)).isTrue();
      assertThat(scene.server.portForwards.streams()).isEqualTo(2);
    }
    await().until(() -> scene.server.portForwards.streams() == 0);
  }

  @Test
  void aBreakInMidQueryIsToldByTheQuery() throws Exception {
    try (Connection connection = connect();
        var statement = connection.createStatement()) {
      CompletableFuture<Throwable> failure =
          CompletableFuture.supplyAsync(
              () -> catchThrowable(() -> statement.execute("SELECT pg_sleep(60)")));
      await().until(this::sleeps);
      scene.server.portForwards.breakOff();
      assertThat(failure.get(10, TimeUnit.SECONDS))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("port-forward to pod pg-deeplake-0 broke off");
    }
  }

  private boolean sleeps() throws Exception {
    try (Connection direct = TestData.connect(scene.port(0));
        var rows =
            direct
                .createStatement()
                .executeQuery("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'")) {
      return rows.next();
    }
  }

  @Test
  void aServerThatCrashesIsToldAsThePodsEnd() throws Exception {
    try (Connection connection = connect();
        var statement = connection.createStatement()) {
      scene.postgres.stop(1);
      assertThatThrownBy(() -> statement.execute("SELECT 1"))
          .hasMessageContaining("terminating connection");
      assertThat(catchThrowable(this::connect).getMessage()).contains("connection refused");
    }
  }

  @Test
  void aPodThatHasGoneIsSaidToHaveGone() throws Exception {
    deployment.instances();
    scene.server.deletePod("pg-deeplake-0");
    assertThatThrownBy(this::connect).hasMessageContaining("pods \"pg-deeplake-0\" not found");
  }

  @Test
  void theProxysAdminPortAndRedisAreReachedTheSameWay() throws Exception {
    URI admin = deployment.proxyAdmin().orElseThrow();
    assertThat(deployment.redis()).as("a chart without it").isEmpty();
    String cache = "pg-deeplake-redis-5c9d-7qk2p";
    scene.server.pod(cache, ApiObjects.componentPod(cache, "redis", "crash-loop"), 6379, 1);
    URI redis = deployment.redis().orElseThrow();
    assertThat(get(admin))
        .satisfies(none -> {
          assertThat(none.statusCode()).isEqualTo(502);
          assertThat(none.body()).contains("no pod of the proxy runs in namespace deeplake");
        });
    try (Socket client = new Socket(redis.getHost(), redis.getPort())) {
      client.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("-ERR no pod of the redis runs")
          .endsWith("\r\n");
    }
    try (ProxyStandIn proxy = new ProxyStandIn(0)) {
      String name = "pg-deeplake-proxy-7d9f-x2x4k";
      scene.server.pod(name, ApiObjects.componentPod(name, "proxy", "running"), 8404, proxy.port());
      assertThat(get(admin).statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<String> get(URI admin) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(admin.resolve("/health/ready")).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
