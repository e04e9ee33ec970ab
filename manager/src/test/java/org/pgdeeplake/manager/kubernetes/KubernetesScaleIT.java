package org.pgdeeplake.manager.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.ServerList;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.RealProxy;
import org.pgdeeplake.manager.proxy.Server;

/** Clients of the real proxy notice nothing when pods come and go, though KEDA keeps the number. */
class KubernetesScaleIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final String PAUSED = "autoscaling.keda.sh/paused-replicas";

  @AutoClose private final ClusterScene scene = new ClusterScene(3, 1).withKeda();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @SuppressWarnings("NullAway.Init") // before each test
  private RealProxy proxy;

  KubernetesScaleIT() throws Exception {}

  @BeforeEach
  void behindTheProxy() throws Exception {
    var jar = RealProxy.jar();
    assumeTrue(jar.isPresent(), "the proxy is not built");
    List<ServerList.Entry> servers = new ArrayList<>();
    for (int ordinal = 0; ordinal < 3; ordinal++) {
      servers.add(new ServerList.Entry("pg-deeplake-" + ordinal, "127.0.0.1", scene.port(ordinal)));
    }
    // The directory above has a list of its own, with the first ordinal 1.
    Path directory = Files.createDirectory(scene.data.path().resolve("proxy"));
    Files.writeString(directory.resolve("servers.conf"), ServerList.text(servers));
    proxy =
        RealProxy.ofDeployment(
            jar.get(), directory, ", stats { user = ops, password = \"long enough 1\" }", 1);
    scene.environment.put("PROXY_STATS_USER", "ops");
    scene.environment.put("PROXY_STATS_PASSWORD", "long enough 1");
    String pod = "pg-deeplake-proxy-7d9f-x2x4k";
    scene.server.pod(
        pod,
        ApiObjects.componentPod(pod, "proxy", "running"),
        8404,
        URI.create(proxy.url()).getPort());
    scene.execute(0, "CREATE DATABASE tpch");
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
    if (proxy != null) {
      proxy.close();
    }
  }

  private Connection client() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/tpch?sslmode=disable&gssEncMode=disable",
        "postgres",
        "");
  }

  private List<Server> servers() throws Exception {
    try (ProxyAdmin admin = new ProxyAdmin(URI.create(proxy.url()), null, LIMIT)) {
      return admin.servers().value();
    }
  }

  private List<String> administrative() throws Exception {
    return servers().stream().map(Server::administrative).toList();
  }

  private Connection clientOn(int ordinal) throws Exception {
    List<Connection> others = new ArrayList<>();
    String port = String.valueOf(scene.port(ordinal));
    try {
      for (int i : IntStream.range(0, 12).toArray()) {
        Connection connection = client();
        try (var rows =
            connection.createStatement().executeQuery("SELECT inet_server_port(), " + i)) {
          if (rows.next() && rows.getString(1).equals(port)) {
            return connection;
          }
        }
        others.add(connection);
      }
      throw new AssertionError("no session on " + ordinal);
    } finally {
      for (Connection other : others) {
        other.close();
      }
    }
  }

  private void grow() throws Exception {
    Manage grown = scene.manage("scale", "3");
    assertThat(grown.code()).as(grown.toString()).isEqualTo(ExitCodes.OK);
    assertThat(grown.out()).doesNotContain("warning");
    await().atMost(LIMIT).until(() -> servers().stream().allMatch(Server::up));
    assertThat(administrative()).containsOnly("ready");
  }

  private CompletableFuture<Manage> meanwhile(String... args) {
    return CompletableFuture.supplyAsync(() -> scene.manage(args), threads);
  }

  @Test
  void whoComesWhilePodsComeAndGoFindsTheDatabaseAndIsNotCutOff() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger sessions = new AtomicInteger();
    ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    var clients =
        CompletableFuture.runAsync(
            () -> {
              while (!over.get()) {
                try (Connection connection = client();
                    var statement = connection.createStatement()) {
                  statement.execute("SELECT 1");
                  sessions.incrementAndGet();
                } catch (SQLException e) {
                  failures.add(String.valueOf(e.getMessage()));
                }
              }
            },
            threads);
    grow();
    Manage fewer = scene.manage("scale", "1");
    over.set(true);
    clients.get(30, TimeUnit.SECONDS);
    assertThat(fewer.code()).as(fewer.toString()).isEqualTo(ExitCodes.OK);
    assertThat(fewer.out()).doesNotContain("warning");
    assertThat(failures).isEmpty();
    assertThat(sessions.get()).isGreaterThan(10);
    // Or the next pod of that ordinal would never get a session.
    assertThat(administrative()).containsOnly("ready");
    assertThat(scene.annotations().path(PAUSED).asText()).isEqualTo("1");
  }

  @Test
  void aPodIsEndedWhenItsSessionHasEnded() throws Exception {
    grow();
    CompletableFuture<Manage> scaling;
    try (Connection session = clientOn(2)) {
      session.setAutoCommit(false);
      session.createStatement().execute("CREATE TABLE kept (id int)");
      scaling = meanwhile("scale", "1", "--drain-timeout", "2m");
      await()
          .atMost(LIMIT)
          .until(() -> administrative().equals(List.of("ready", "drain", "drain")));
      await().during(Duration.ofSeconds(1)).until(() -> scene.replicas() == 3 && !scaling.isDone());
      assertThat(scene.annotations().path(PAUSED).asText()).isEqualTo("3");
      session.commit();
    }
    Manage done = scaling.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
    assertThat(done.out())
        .contains("1 instance runs, and KEDA is paused at that")
        .doesNotContain("warning");
    assertThat(scene.replicas()).isEqualTo(1);
    assertThat(administrative()).containsOnly("ready");
  }

  @Test
  void aSessionThatGoesOnIsLeftToThePodAfterTheLimitAndThatIsSaid() throws Exception {
    grow();
    try (Connection session = clientOn(2)) {
      Manage done = scene.manage("scale", "2", "--drain-timeout", "1s");
      assertThat(done.code()).as(done.toString()).isEqualTo(ExitCodes.OK);
      assertThat(done.out())
          .contains(
              "warning: 1 session of pg-deeplake-2 did not end in time and has what the pod's"
                  + " preStop hook gives it (drain.timeoutSeconds of the chart), then is closed");
      assertThat(session.isValid(5)).isFalse();
    }
  }

  @Test
  void aPodWhosePreStopHookStillWaitsGetsNobodyUntilItIsDown() throws Exception {
    grow();
    scene.preStop = true;
    try (Connection session = clientOn(2)) {
      Manage failed = scene.manage("scale", "2", "--drain-timeout", "1s", "--start-timeout", "1s");
      assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
      assertThat(failed.err())
          .contains("pg-deeplake-2 still there", "the proxy sends it nobody until it is down");
      assertThat(administrative()).containsExactly("ready", "ready", "drain");
      assertThat(session.isValid(5)).isTrue();
    }
    scene.endPreStop();
    // Or the next pod of that ordinal would never get a session.
    await().atMost(LIMIT).until(() -> administrative().equals(List.of("ready", "ready", "ready")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"list scaledobjects.keda.sh", "patch scaledobjects.keda.sh"})
  void aFailureAfterTheDrainLeavesKedaAsItWas(String request) throws Exception {
    grow();
    assertThat(scene.manage("scale", "auto").code()).isZero();
    scene.server.beforePatch.set(
        () -> scene.server.failOnce(request, "etcdserver: leader changed"));
    Manage failed = scene.manage("scale", "1");
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.err()).contains("leader changed");
    assertThat(scene.replicas()).isEqualTo(3);
    assertThat(scene.annotations().toString()).doesNotContain("keda");
    assertThat(administrative()).containsOnly("ready");
  }

  @Test
  void withoutThePasswordNobodyIsEndedAndKedaIsAsBefore() throws Exception {
    grow();
    assertThat(scene.manage("scale", "auto").code()).isZero();
    scene.environment.remove("PROXY_STATS_PASSWORD");
    Manage failed = scene.manage("scale", "1");
    assertThat(failed.code()).as(failed.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.err()).contains("wants user and password", "Nothing has changed");
    assertThat(scene.replicas()).isEqualTo(3);
    assertThat(scene.annotations().toString()).doesNotContain("keda");
    assertThat(administrative()).containsOnly("ready");
  }
}
