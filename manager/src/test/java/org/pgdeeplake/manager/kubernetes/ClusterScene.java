package org.pgdeeplake.manager.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.cache.RedisServer;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/**
 * A cluster's stand-in whose controllers act: a StatefulSet's pods are real PostgreSQL servers that
 * start and end with its replicas, each with a /dev/shm of its own as in a pod, and KEDA sets the
 * replicas to what its annotation says.
 */
final class ClusterScene implements AutoCloseable {
  static final String FILE = "/dev/shm/deeplake-creds.conf";
  private static final String SET = "pg-deeplake";

  final ApiServerStandIn server = new ApiServerStandIn();
  final TestData data = new TestData();
  final LocalDeployment postgres;
  final Map<String, String> environment = new HashMap<>();
  private @Nullable RedisServer redis;
  private final ExecutorService controllers = Executors.newSingleThreadExecutor();
  private final Set<Integer> running = ConcurrentHashMap.newKeySet();

  /** Of pods that the controllers start: whether they become ready. */
  volatile boolean ready = true;

  /** Whether pods that shall end wait, as in a preStop hook, until {@link #endPreStop}. */
  volatile boolean preStop;

  ClusterScene(int most, int replicas) throws Exception {
    ownSharedMemory(data.path());
    for (int ordinal = 1; ordinal <= most; ordinal++) {
      data.createData(ordinal);
      Files.writeString(
          data.path().resolve("pg-deeplake-" + ordinal + "/data/postgresql.conf"),
          "include_if_exists = '" + FILE + "'\n",
          StandardOpenOption.APPEND);
    }
    postgres = data.deployment(most);
    server.statefulSet(SET, replicas);
    environment.put("KUBECONFIG", server.kubeconfig(data.path()).toString());
    environment.put("POSTGRES_PASSWORD", "postgres");
    reconcile();
    server.store.changed = () -> controllers.execute(this::reconcile);
  }

  /** A user namespace lets also the servers' user mount. */
  private static void ownSharedMemory(Path directory) throws IOException {
    Path link;
    try (Stream<Path> entries = Files.list(directory)) {
      link = entries.filter(Files::isSymbolicLink).findFirst().orElseThrow();
    }
    Path real = link.toRealPath();
    Files.delete(link);
    Files.createDirectories(link.resolve("bin"));
    Path program = link.resolve("bin/postgres");
    Files.writeString(
        program,
        """
        #!/bin/sh
        exec unshare --user --map-current-user --keep-caps --mount sh -c \
        'mount -t tmpfs -o mode=1777 tmpfs /dev/shm && exec "$0" "$@"' %s/bin/postgres "$@"
        """
            .formatted(real));
    var _ = program.toFile().setExecutable(true, false);
  }

  ClusterScene withKeda() {
    server.store.put("scaledobjects", ApiObjects.read("scaledobject.json"));
    return this;
  }

  /** The release's Redis, which rotate-creds empties. */
  ClusterScene withRedis() {
    redis = new RedisServer();
    String pod = "pg-deeplake-redis-5c9d-7qk2p";
    server.pod(pod, ApiObjects.componentPod(pod, "redis", "running"), 6379, redis.port());
    return this;
  }

  /** What the controllers do; one thread. */
  private void reconcile() {
    try {
      JsonNode annotations = annotations();
      JsonNode paused = annotations.path("autoscaling.keda.sh/paused-replicas");
      if (!paused.isMissingNode() && paused.asInt() != replicas()) {
        server.store.update("statefulsets", SET, set -> withReplicas(set, paused.asInt()));
      }
      for (int ordinal = 0; ordinal < replicas(); ordinal++) {
        if (running.add(ordinal)) {
          start(ordinal);
        }
      }
      for (int ordinal = postgres.instances().size() - 1; ordinal >= replicas(); ordinal--) {
        if (preStop && running.contains(ordinal)) {
          server.store.update("pods", SET + "-" + ordinal, ClusterScene::terminating);
        } else if (running.remove(ordinal)) {
          postgres.stop(ordinal + 1);
          server.deletePod(SET + "-" + ordinal);
        }
      }
    } catch (DeploymentFailed e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void start(int ordinal) throws DeploymentFailed, InterruptedException {
    String name = SET + "-" + ordinal;
    server.pod(name, "creating", 0);
    if (ready) {
      postgres.start(ordinal + 1);
      server.pod(name, "running", port(ordinal));
    }
  }

  private static ObjectNode withReplicas(ObjectNode set, int replicas) {
    ObjectNode copy = set.deepCopy();
    ((ObjectNode) copy.get("spec")).put("replicas", replicas);
    ApiPatch.bump(copy);
    return copy;
  }

  private static ObjectNode terminating(ObjectNode pod) {
    ObjectNode copy = pod.deepCopy();
    ((ObjectNode) copy.get("metadata")).put("deletionTimestamp", "2026-01-01T00:00:00Z");
    return copy;
  }

  /** Their PostgreSQL ends, and then they are gone. */
  void endPreStop() {
    preStop = false;
    controllers.execute(this::reconcile);
  }

  int replicas() {
    return server.store.get("statefulsets", SET).orElseThrow().at("/spec/replicas").asInt();
  }

  /** Of the ScaledObject. */
  JsonNode annotations() {
    return server
        .store
        .get("scaledobjects", SET)
        .map(object -> object.at("/metadata/annotations"))
        .orElseGet(() -> com.fasterxml.jackson.databind.node.MissingNode.getInstance());
  }

  /** Of the pod's PostgreSQL on this machine. */
  int port(int ordinal) throws DeploymentFailed {
    return postgres.instances().get(ordinal).port();
  }

  String ask(int ordinal, String sql) throws SQLException, DeploymentFailed {
    try (Connection connection = TestData.connect(port(ordinal));
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    }
  }

  void execute(int ordinal, String sql) throws SQLException, DeploymentFailed {
    try (Connection connection = TestData.connect(port(ordinal));
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  boolean hasDatabase(int ordinal, String name) throws SQLException, DeploymentFailed {
    return ask(ordinal, "SELECT count(*) FROM pg_database WHERE datname = '" + name + "'")
        .equals("1");
  }

  Manage manage(String... args) {
    return KubernetesScene.manage(data.path(), environment, args);
  }

  @Override
  public void close() throws IOException, DeploymentFailed {
    server.store.changed = () -> {};
    controllers.close();
    server.close();
    if (redis != null) {
      redis.close();
    }
    data.close();
  }
}
