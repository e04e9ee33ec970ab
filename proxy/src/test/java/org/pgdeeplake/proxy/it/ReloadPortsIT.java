package org.pgdeeplake.proxy.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a changed address opens before the old one closes, and nobody who is connected notices.
@Tag("long")
class ReloadPortsIT {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve("proxy.conf");
  }

  @Test
  void aChangedAddressOpensAndTheOldOneCloses() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort first = new ReservedPort();
        ReservedPort second = new ReservedPort();
        ReservedPort admin = new ReservedPort();
        TestProxy proxy = TestProxy.to(postgres).frontend(bind(first)).start(file()).awaitUp(1);
        Connection session = proxy.connect()) {
      assertThat(
              proxy.applied(
                  TestProxy.to(postgres).frontend(bind(second)).proxy("admin." + bind(admin))))
          .containsExactly(
              "frontend pg_frontend: bind " + first.address() + " -> " + second.address(),
              "admin.bind 127.0.0.1:0 -> " + admin.address());
      new Socket(LOOPBACK, second.number()).close();
      awaitClosed(first);
      assertThat(session.isValid(5)).isTrue();
      assertThat(proxy.proxy().adminAddress().getPort()).isEqualTo(admin.number());
      assertThat(proxy.get("/metrics"))
          .contains("haproxy_frontend_status{proxy=\"pg_frontend\",state=\"UP\"} 1.0");
      assertThat(proxy.proxy().ready()).isTrue();
    }
  }

  /** Whoever has connected before the old address closes is served. */
  @Test
  void aMoveUnderLoadLosesNobody() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort first = new ReservedPort();
        ReservedPort second = new ReservedPort();
        TestProxy proxy = TestProxy.to(postgres).frontend(bind(first)).start(file()).awaitUp(1);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      ReservedPort[] addresses = {first, second};
      for (int i = 1; i <= 10; i++) {
        ReservedPort from = addresses[(i + 1) % 2];
        ReservedPort to = addresses[i % 2];
        AtomicBoolean moved = new AtomicBoolean();
        List<Future<Integer>> served = new ArrayList<>();
        for (int client = 0; client < 8; client++) {
          served.add(clients.submit(() -> comeAndGo(from, moved)));
        }
        long before = proxy.backend().traffic().sessionsTotal();
        await().atMost(LIMIT).until(() -> proxy.backend().traffic().sessionsTotal() > before + 20);
        try {
          proxy.applied(TestProxy.to(postgres).frontend(bind(to)));
        } finally {
          moved.set(true);
        }
        for (Future<Integer> one : served) {
          assertThat(one.get(30, TimeUnit.SECONDS)).isPositive();
        }
        awaitClosed(from);
      }
    }
  }

  private static int comeAndGo(ReservedPort port, AtomicBoolean moved) throws IOException {
    InetSocketAddress address = new InetSocketAddress(LOOPBACK, port.number());
    int sessions = 0;
    while (!moved.get()) {
      try (RawClient client = RawClient.session(address)) {
        assertThat(client.value("select 42")).isEqualTo("42");
      }
      sessions++;
    }
    return sessions;
  }

  private static String bind(ReservedPort port) {
    return "bind = \"" + port.address() + "\"";
  }

  private static void awaitClosed(ReservedPort port) {
    await("the old address is closed")
        .atMost(LIMIT)
        .until(() -> {
          try (Socket _ = new Socket(LOOPBACK, port.number())) {
            return false;
          } catch (IOException _) {
            return true;
          }
        });
  }

  /** Renaming a frontend, or two that swap addresses: the address is never closed. */
  @Test
  void anAddressChangesHandsWithoutClosing() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort first = new ReservedPort();
        ReservedPort second = new ReservedPort();
        TestProxy proxy =
            TestProxy.to(postgres)
                .frontend(bind(first))
                .proxy("frontends.b { default-backend = pg_backends, " + bind(second) + " }")
                .start(file())
                .awaitUp(1)) {
      assertThat(
              proxy.applied(
                  TestProxy.to(postgres)
                      .frontend(bind(second))
                      .proxy("frontends.c { default-backend = pg_backends, " + bind(first) + " }")))
          .contains(
              "frontend pg_frontend: bind " + first.address() + " -> " + second.address(),
              "frontend b removed (" + second.address() + ")",
              "frontend c added (" + first.address() + ")");
      assertThat(proxy.proxy().address("pg_frontend").getPort()).isEqualTo(second.number());
      assertThat(proxy.proxy().address("c").getPort()).isEqualTo(first.number());
      String url = "jdbc:postgresql://127.0.0.1:" + first.number() + "/postgres?user=postgres";
      try (Connection session = DriverManager.getConnection(url)) {
        assertThat(session.isValid(5)).isTrue();
      }
    }
  }

  @Test
  void theConsoleIsTurnedOnAndOff() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort port = new ReservedPort();
        TestProxy proxy = TestProxy.to(postgres).start(file()).awaitUp(1)) {
      String on = "console { " + bind(port) + ", password = %s }";
      assertThat(proxy.applied(TestProxy.to(postgres).proxy(on.formatted("first"))))
          .contains("console.bind none -> " + port.address());
      try (Connection console = console(port, "first")) {
        assertThat(proxy.applied(TestProxy.to(postgres).proxy(on.formatted("second"))))
            .containsExactly("console.credentials.password changed");
        assertThatThrownBy(() -> console(port, "first").close()).isInstanceOf(SQLException.class);
        console(port, "second").close();
        assertThat(proxy.applied(TestProxy.to(postgres)))
            .contains("console.bind " + port.address() + " -> none");
        awaitClosed(port);
        assertThat(version(console)).as("to who has logged in").isNotEmpty();
      }
      proxy.applied(TestProxy.to(postgres).proxy(on.formatted("third")));
      console(port, "third").close();
    }
  }

  private static Connection console(ReservedPort port, String password) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://%s/pgproxy?user=pgproxy&sslmode=disable&password=%s"
            .formatted(port.address(), password));
  }

  private static String version(Connection console) throws SQLException {
    try (Statement statement = console.createStatement();
        ResultSet version = statement.executeQuery("show version")) {
      assertThat(version.next()).isTrue();
      return version.getString(1);
    }
  }

  /** The answer comes over the connection of an address that is closed by then. */
  @Test
  void whoReloadsByTheApiHearsWhatHasChanged() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort first = new ReservedPort();
        ReservedPort second = new ReservedPort();
        HttpClient client = HttpClient.newHttpClient();
        TestProxy proxy =
            TestProxy.to(postgres).proxy(admin(first, "one")).start(file()).awaitUp(1)) {
      Files.writeString(file(), TestProxy.to(postgres).proxy(admin(second, "two")).text());
      HttpResponse<String> answer = post(client, first, "one");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body())
          .contains("admin.bind " + first.address() + " -> " + second.address())
          .contains("admin.stats.password changed");
      assertThat(post(client, second, "one").statusCode()).isEqualTo(401);

      Files.writeString(file(), "proxy.thread = 2\n");
      HttpResponse<String> refused = post(client, second, "two");
      assertThat(refused.statusCode()).as(refused.body()).isBetween(400, 499);
      assertThat(refused.body()).contains(file() + ":1: proxy.thread: unknown key");
      awaitClosed(first);
      assertThat(proxy.proxy().ready()).isTrue();
    }
  }

  private static String admin(ReservedPort port, String password) {
    return "admin { " + bind(port) + ", stats { user = ops, password = " + password + " } }";
  }

  private static HttpResponse<String> post(HttpClient client, ReservedPort port, String password)
      throws Exception {
    String login = Base64.getEncoder().encodeToString(("ops:" + password).getBytes(UTF_8));
    return client.send(
        HttpRequest.newBuilder(URI.create("http://" + port.address() + "/api/v1/reload"))
            .header("Authorization", "Basic " + login)
            .POST(HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
