package org.pgdeeplake.manager.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.ManagerProcess;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.proxy.ProxyAdmin;
import org.pgdeeplake.manager.proxy.RealProxy;
import org.pgdeeplake.manager.proxy.Server;

/** A local deployment behind the real proxy, and {@code manage scale} on both. */
abstract class ScaleScene {
  static final Duration LIMIT = Duration.ofSeconds(60);

  final TestData data = new TestData();
  final List<Process> children = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // by each test
  LocalDeployment deployment;

  @SuppressWarnings("NullAway.Init") // by each test
  RealProxy proxy;

  /** The common pool may have one thread, which the HTTP client needs too. */
  final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void end() throws Exception {
    for (Process child : children) {
      child.destroyForcibly().waitFor();
    }
    if (proxy != null) {
      proxy.close();
    }
    threads.shutdownNow();
    data.close();
  }

  /** Those up to {@code running} run. */
  void deployment(int count, int running) throws Exception {
    deployment = data.deployment(count);
    for (int ordinal = 1; ordinal <= running; ordinal++) {
      deployment.start(ordinal);
    }
  }

  /** The deployment, and before it a proxy that a signal reaches. */
  void behindProxy(int count, int running) throws Exception {
    behindProxy(count, running, "");
  }

  void behindProxy(int count, int running, String admin) throws Exception {
    Optional<Path> jar = RealProxy.jar();
    assumeTrue(jar.isPresent(), "the proxy is not built");
    deployment(count, running);
    proxy = RealProxy.ofDeployment(jar.get(), data.path(), admin, running);
  }

  private List<String> scaleCommand(String... args) {
    List<String> all = new ArrayList<>(List.of("scale"));
    all.addAll(List.of(args));
    all.addAll(List.of("--deployment=local", "--data=" + data.path()));
    if (proxy != null && all.stream().noneMatch(arg -> arg.startsWith("--proxy="))) {
      all.add("--proxy=" + proxy.url());
    }
    return all;
  }

  Manage scale(String... args) {
    return scaleWith(Map.of(), args);
  }

  Manage scaleWith(Map<String, String> environment, String... args) {
    return Manage.run(data.path(), environment, scaleCommand(args).toArray(String[]::new));
  }

  CompletableFuture<Manage> scaleMeanwhile(String... args) {
    return CompletableFuture.supplyAsync(() -> scale(args), threads);
  }

  /** As a process of its own. */
  Process scaleProcess(String... args) throws Exception {
    Process child =
        ManagerProcess.of(data.path(), scaleCommand(args).toArray(String[]::new))
            .redirectOutput(data.path().resolve("scale.log").toFile())
            .start();
    children.add(child);
    return child;
  }

  static void assertDone(Manage run) {
    assertThat(run.code()).as(run.toString()).isZero();
  }

  /** Ordinals. */
  List<Integer> running() {
    return IntStream.rangeClosed(1, 5)
        .filter(ordinal -> LocalDeployment.runningPort(data.path(), ordinal).isPresent())
        .boxed()
        .toList();
  }

  List<Server> proxyServers() throws Exception {
    try (ProxyAdmin admin = new ProxyAdmin(URI.create(proxy.url()), null, LIMIT)) {
      return admin.servers().value();
    }
  }

  /** Their ordinals, whether they are up or not. */
  List<Integer> known() throws Exception {
    return proxyServers().stream()
        .map(server -> Integer.valueOf(server.name().substring("pg-deeplake-".length())))
        .sorted()
        .toList();
  }

  void awaitKnown(Integer... ordinals) {
    await().atMost(LIMIT).until(() -> known().equals(List.of(ordinals)));
  }

  String file(String name) throws Exception {
    return Files.readString(data.path().resolve(name));
  }

  /** Through the proxy. */
  Connection client() throws SQLException {
    return TestData.connect(proxy.port());
  }

  CompletableFuture<Connection> clientMeanwhile() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client();
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        },
        threads);
  }

  /** Through the proxy, on that instance. */
  Connection clientOn(int ordinal) throws Exception {
    int port = port(ordinal);
    List<Connection> others = new ArrayList<>();
    try {
      while (others.size() < 10) {
        Connection connection = client();
        if (ask(connection, "SELECT inet_server_port()").equals(String.valueOf(port))) {
          return connection;
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

  int port(int ordinal) throws Exception {
    return deployment.instances().stream()
        .filter(instance -> instance.ordinal() == ordinal)
        .mapToInt(Instance::port)
        .findFirst()
        .orElseThrow();
  }

  static String ask(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  void createDatabase(int ordinal, String name) throws Exception {
    try (Connection connection = TestData.connect(port(ordinal));
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
  }

  boolean hasDatabase(int port, String name) throws SQLException {
    try (Connection connection = TestData.connect(port)) {
      return ask(connection, "SELECT count(*) FROM pg_database WHERE datname = '" + name + "'")
          .equals("1");
    }
  }
}
