package org.pgdeeplake.manager.kubernetes;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;

/** A cluster's stand-in with two pods, behind each a real PostgreSQL. */
final class KubernetesScene implements AutoCloseable {
  final ApiServerStandIn server;
  final TestData data = new TestData();
  final LocalDeployment postgres;
  final Map<String, String> environment = new HashMap<>();

  KubernetesScene() throws Exception {
    server = new ApiServerStandIn();
    postgres = data.deployment(2);
    postgres.start(1);
    postgres.start(2);
    server.statefulSet("pg-deeplake", 2);
    server.pod("pg-deeplake-0", "running", port(0));
    server.pod("pg-deeplake-1", "running", port(1));
    environment.put("KUBECONFIG", server.kubeconfig(data.path()).toString());
    environment.put("POSTGRES_PASSWORD", "postgres");
  }

  /** Of the PostgreSQL behind the pod. */
  int port(int ordinal) throws DeploymentFailed {
    return postgres.instances().get(ordinal).port();
  }

  Manage manage(String... args) {
    return manage(data.path(), environment, args);
  }

  static Manage manage(Path home, Map<String, String> environment, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--deployment=kubernetes");
    return Manage.run(home, environment, all.toArray(String[]::new));
  }

  KubernetesDeployment open() throws DeploymentFailed {
    return KubernetesDeployment.open(
        new Target(null, null, null), environment, Duration.ofSeconds(10));
  }

  @Override
  public void close() throws IOException, DeploymentFailed {
    server.close();
    data.close();
  }
}
