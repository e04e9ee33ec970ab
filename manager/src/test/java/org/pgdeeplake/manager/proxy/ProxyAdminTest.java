package org.pgdeeplake.manager.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer that is not understood is an error and never a number; each failure has its kind. */
class ProxyAdminTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String STATE =
      "{\"backend\":\"b\",\"server\":\"s\",\"administrative\":\"drain\",\"status\":\"DRAIN\","
          + "\"sessions\":%s,\"empty\":false,\"new\":1}";

  private final List<String> requests = new ArrayList<>();
  private HttpServer server;
  private volatile int status = 200;
  private volatile String body = "{}";

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String login = exchange.getRequestHeaders().getFirst("Authorization");
          requests.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestURI().toASCIIString()
                  + (login == null ? "" : " with credentials"));
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Retry-After", "7");
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private ProxyAdmin admin() {
    return new ProxyAdmin(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"),
        new ProxyCredentials("ops", "hunter2"),
        LIMIT);
  }

  private void answer(int with, String text) {
    status = with;
    body = text;
  }

  @Test
  void whatIsNotKnownIsIgnoredAndAllOfItIsKept() throws Exception {
    answer(200, STATE.formatted("3"));
    try (ProxyAdmin admin = admin()) {
      Answer<ServerState> state = admin.administer("s", Administration.DRAIN);

      assertThat(state.value()).isEqualTo(new ServerState("b", "s", "drain", "DRAIN", 3, false));
      assertThat(state.json().path("new").asInt()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"3\"", "3.5", "\"\"", "true", "[]"})
  void aNumberThatIsNoneIsAnError(String number) {
    answer(200, STATE.formatted(number));
    try (ProxyAdmin admin = admin()) {
      assertThatThrownBy(() -> admin.administer("s", Administration.DRAIN))
          .isInstanceOf(ProxyFailed.Unexpected.class)
          .hasMessageContaining("another version");
    }
  }

  @Test
  void aNumberThatIsMissingIsAnError() {
    answer(200, STATE.formatted("3").replace("\"sessions\":3,", ""));
    try (ProxyAdmin admin = admin()) {
      assertThatThrownBy(() -> admin.administer("s", Administration.DRAIN))
          .isInstanceOf(ProxyFailed.Unexpected.class)
          .hasMessageContaining("sessions");
      assertThatThrownBy(admin::servers)
          .isInstanceOf(ProxyFailed.Unexpected.class)
          .hasMessageContaining("servers");
    }
  }

  @Test
  void namesOfAnyKindAndCredentialsOnlyWhereTheyAreNeeded() {
    try (ProxyAdmin admin = admin()) {
      assertThatThrownBy(() -> admin.server("ä b/c?d")).isInstanceOf(ProxyFailed.class);
      assertThatThrownBy(() -> admin.closeSessionsOfServer("a&b=c"))
          .isInstanceOf(ProxyFailed.class);
      assertThatThrownBy(() -> admin.sessions(SessionFilter.of(null, "b")))
          .isInstanceOf(ProxyFailed.class);
      assertThatThrownBy(
              () -> admin.administer("s", Administration.MAINT, Duration.ofHours(3), _ -> {}))
          .isInstanceOf(ProxyFailed.class);
    }
    assertThat(requests)
        .containsExactly(
            "GET /api/v1/backends/%C3%A4%20b/servers/c%3Fd",
            "DELETE /api/v1/sessions?server=a%26b%3Dc with credentials",
            "GET /api/v1/sessions?backend=b&limit=10000 with credentials",
            "POST /api/v1/servers/s/maint?wait=10800s with credentials");
  }

  @Test
  void everyFailureHasItsKind() {
    try (ProxyAdmin admin = admin()) {
      answer(401, "");
      assertThatThrownBy(admin::wake)
          .isInstanceOf(ProxyFailed.NeedsCredentials.class)
          .hasMessageContaining("refuses user 'ops'")
          .hasMessageNotContaining("hunter2");
      answer(403, "{\"error\":\"x\"}");
      assertThatThrownBy(admin::wake)
          .isInstanceOf(ProxyFailed.NeedsCredentials.class)
          .hasMessageContaining("set proxy.admin.stats")
          .hasMessageContaining("HAPROXY_STATS_PASSWORD");
      answer(404, "{\"error\":\"no server x; there are a, b\"}");
      assertThatThrownBy(() -> admin.server("x"))
          .isInstanceOf(ProxyFailed.Unknown.class)
          .hasMessage("no server x; there are a, b");
      answer(409, "{\"error\":\"a/x or b/x\"}");
      assertThatThrownBy(() -> admin.server("x")).isInstanceOf(ProxyFailed.Unknown.class);
      answer(429, "{\"error\":\"too many\"}");
      assertThatThrownBy(admin::wake)
          .isInstanceOf(ProxyFailed.TooMany.class)
          .hasMessage("too many; again in 7 s");
      answer(504, STATE.formatted("3").replace("{\"b", "{\"error\":\"not yet\",\"b"));
      assertThatThrownBy(
              () -> admin.administer("s", Administration.DRAIN, Duration.ofSeconds(1), _ -> {}))
          .isInstanceOfSatisfying(
              ProxyFailed.NotEmpty.class,
              e -> assertThat(e.state().value().sessions()).isEqualTo(3))
          .hasMessage("not yet");
      answer(422, "{\"error\":\"no\",\"applied\":false,\"problems\":[\"a:1: x\",\"b:2: y\"]}");
      assertThatThrownBy(admin::reload)
          .isInstanceOfSatisfying(
              ProxyFailed.NotReloaded.class,
              e -> assertThat(e.problems().value()).containsExactly("a:1: x", "b:2: y"));
      answer(500, "{\"error\":\"oh\"}");
      assertThatThrownBy(admin::reload)
          .isInstanceOf(ProxyFailed.Unexpected.class)
          .hasMessageContaining("oh");
      answer(200, "<html>");
      assertThatThrownBy(admin::demand)
          .isInstanceOf(ProxyFailed.Unexpected.class)
          .hasMessageContaining("answers as no proxy does: <html>");
    }
  }

  @Test
  void nobodyAnswersInTime() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ProxyAdmin admin =
            new ProxyAdmin(
                URI.create("http://127.0.0.1:" + silent.getLocalPort()),
                null,
                Duration.ofMillis(300))) {
      assertThatThrownBy(admin::demand)
          .isInstanceOf(ProxyFailed.Unreachable.class)
          .hasMessageContaining("No answer from the proxy at http://127.0.0.1:");
    }
  }
}
