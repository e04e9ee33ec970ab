package org.pgdeeplake.manager.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/** What `manage proxy` says is what the proxy is and does, and its exit code says whether. */
class ProxyCommandsIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String ADMIN = ", stats { user = ops, password = hunter2 }";
  private static final Map<String, String> LOGIN =
      Map.of("HAPROXY_STATS_USER", "ops", "HAPROXY_STATS_PASSWORD", "hunter2");

  @TempDir private static Path directory;
  private static TestData data;
  private static int[] ports;
  private static RealProxy proxy;

  @BeforeAll
  static void start() throws Exception {
    Optional<Path> jar = RealProxy.jar();
    assumeTrue(jar.isPresent(), "the proxy is not built");
    data = new TestData();
    LocalDeployment deployment = data.deployment(2);
    deployment.start(1);
    deployment.start(2);
    ports = deployment.instances().stream().mapToInt(Instance::port).toArray();
    proxy = new RealProxy(jar.get(), directory, ADMIN, ports);
  }

  @AfterAll
  static void end() throws Exception {
    if (proxy != null) {
      proxy.close();
    }
    if (data != null) {
      data.close();
    }
  }

  @AfterEach
  void asBefore() throws Exception {
    manage("resume");
    manage("ready", "pg-deeplake-1");
    manage("ready", "pg-deeplake-2");
    await().atMost(LIMIT).until(() -> json("demand").path("serversUp").asInt() == 2);
    await().atMost(LIMIT).until(() -> json("sessions").path("sessions").isEmpty());
  }

  private static Manage manage(String... args) {
    return manage(LOGIN, args);
  }

  private static Manage manage(Map<String, String> login, String... args) {
    Map<String, String> environment = new HashMap<>(login);
    environment.put("PROXY_ADMIN_URL", proxy.url());
    String[] all = new String[args.length + 1];
    all[0] = "proxy";
    System.arraycopy(args, 0, all, 1, args.length);
    return Manage.run(directory, environment, all);
  }

  private static JsonNode json(String... args) {
    String[] all = new String[args.length + 1];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--output=json";
    return manage(all).json();
  }

  private static Connection client() throws SQLException {
    return TestData.connect(proxy.port());
  }

  /** Where the one session is. */
  private static String serverOfTheSession() {
    return json("sessions").path("sessions").path(0).path("server").asText();
  }

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
