package org.pgdeeplake.manager.proxy;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/** The real proxy before two PostgreSQL servers, and {@code manage proxy} with its address. */
abstract class ProxyScene {
  static final Duration LIMIT = Duration.ofSeconds(20);
  static final String ADMIN = ", stats { user = ops, password = hunter2 }";
  static final Map<String, String> LOGIN =
      Map.of("HAPROXY_STATS_USER", "ops", "HAPROXY_STATS_PASSWORD", "hunter2");

  @TempDir static Path directory;
  private static TestData data;
  static int[] ports;
  static RealProxy proxy;

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

  static Manage manage(String... args) {
    return manage(LOGIN, args);
  }

  static Manage manage(Map<String, String> login, String... args) {
    Map<String, String> environment = new HashMap<>(login);
    environment.put("PROXY_ADMIN_URL", proxy.url());
    String[] all = new String[args.length + 1];
    all[0] = "proxy";
    System.arraycopy(args, 0, all, 1, args.length);
    return Manage.run(directory, environment, all);
  }

  static JsonNode json(String... args) {
    String[] all = new String[args.length + 1];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--output=json";
    return manage(all).json();
  }

  static Connection client() throws SQLException {
    return TestData.connect(proxy.port());
  }

  /** Where the one session is. */
  static String serverOfTheSession() {
    return json("sessions").path("sessions").path(0).path("server").asText();
  }
}
