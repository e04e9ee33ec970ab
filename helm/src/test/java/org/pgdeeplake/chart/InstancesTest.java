// The Helm row of deployment-facts.md, and what scale-in and health need: the instances.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.chart.Rendered.at;
import static org.pgdeeplake.chart.Rendered.has;
import static org.pgdeeplake.chart.Rendered.named;
import static org.pgdeeplake.chart.Rendered.number;
import static org.pgdeeplake.chart.Rendered.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InstancesTest {
  private static final String SET = "StatefulSet/pg-deeplake";

  private static String overrides(Rendered rendered) {
    return text(rendered.get("ConfigMap/pg-deeplake"), "data", "postgresql-overrides.conf");
  }

  private static String env(Rendered rendered, String name) {
    return text(named(at(rendered.container(SET), "env"), name), "value");
  }

  @Test
  void theImageAndItsSecretsCanBeChosen() {
    Rendered rendered =
        Chart.render("{image: {repository: a/b, tag: x}, imagePullSecrets: [{name: registry}]}");
    assertThat(text(rendered.container(SET), "image")).isEqualTo("a/b:x");
    assertThat(text(rendered.pod(SET), "imagePullSecrets", 0, "name")).isEqualTo("registry");
    assertThat(text(Chart.render().container(SET), "image"))
        .isEqualTo("quay.io/activeloopai/pg-deeplake:18");
  }

  @Test
  void allStartAtOnceBehindAHeadlessServiceThatPublishesThemEarly() {
    Rendered rendered = Chart.render();
    JsonElement spec = at(rendered.get(SET), "spec");
    assertThat(text(spec, "podManagementPolicy")).isEqualTo("Parallel");
    assertThat(number(spec, "replicas")).isEqualTo(2);
    JsonElement service = at(rendered.get("Service/" + text(spec, "serviceName")), "spec");
    assertThat(text(service, "clusterIP")).isEqualTo("None");
    assertThat(at(service, "publishNotReadyAddresses").getAsBoolean()).isTrue();
    assertThat(at(service, "selector")).isEqualTo(at(spec, "selector", "matchLabels"));
  }

  @Test
  void probesAreTheHealthScript() {
    JsonObject container = Chart.render().container(SET);
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      assertThat(at(container, probe, "exec", "command").toString())
          .as(probe)
          .contains("/usr/local/bin/health-check.sh");
      assertThat(at(container, probe).toString()).doesNotContain("tcpSocket", "httpGet");
    }
    assertThat(
            number(container, "startupProbe", "periodSeconds")
                * number(container, "startupProbe", "failureThreshold"))
        .as("longest start, seconds")
        .isGreaterThanOrEqualTo(300);
    assertThat(mounts(container))
        .containsEntry("/usr/local/bin/health-check.sh", "health-check.sh");
  }

  @Test
  void theEnvironmentIsTheOneOfCompose() {
    Rendered rendered =
        Chart.render(
            """
            deeplake: {rootPath: s3://b/p/, syncIntervalMs: 500, memoryLimitMb: 77, startupJitterMaxSeconds: 9}
            postgres: {user: admin, database: tpch}
            """);
    assertThat(env(rendered, "DEEPLAKE_ROOT_PATH")).isEqualTo("s3://b/p/");
    assertThat(env(rendered, "DEEPLAKE_SYNC_INTERVAL_MS")).isEqualTo("500");
    assertThat(env(rendered, "PG_DEEPLAKE_MEMORY_LIMIT_MB")).isEqualTo("77");
    assertThat(env(rendered, "DEEPLAKE_STARTUP_JITTER_MAX_SECONDS")).isEqualTo("9");
    assertThat(env(rendered, "POSTGRES_USER")).isEqualTo("admin");
    assertThat(env(rendered, "POSTGRES_DB")).isEqualTo("tpch");
    assertThat(env(rendered, "POSTGRES_HOST_AUTH_METHOD")).isEqualTo("scram-sha-256");
    assertThat(env(rendered, "REDIS_URL")).isEqualTo("redis://pg-deeplake-redis:6379");
    assertThat(rendered.has("Service/pg-deeplake-redis")).isTrue();
  }

  @Test
  void theEntrypointAndTheFirstStartAreThoseOfCompose() {
    JsonObject container = Chart.render().container(SET);
    assertThat(at(container, "command").toString())
        .isEqualTo("[\"bash\",\"/usr/local/bin/deeplake-entrypoint.sh\"]");
    assertThat(at(container, "args").toString()).isEqualTo("[\"postgres\"]");
    assertThat(mounts(container))
        .containsEntry("/usr/local/bin/deeplake-entrypoint.sh", "entrypoint.sh")
        .containsEntry("/docker-entrypoint-initdb.d/3-stateless-init.sh", "3-stateless-init.sh")
        .containsEntry("/etc/postgresql-overrides.conf", "postgresql-overrides.conf");
  }

  @Test
  void sharedMemoryIsMemoryOfTheSizeThatIsSaid() {
    Rendered rendered = Chart.render("shmSize: 3Gi");
    JsonObject shm = named(at(rendered.pod(SET), "volumes"), "shm");
    assertThat(text(shm, "emptyDir", "medium")).isEqualTo("Memory");
    assertThat(text(shm, "emptyDir", "sizeLimit")).isEqualTo("3Gi");
    assertThat(mounts(rendered.container(SET))).containsKey("/dev/shm");
    assertThat(text(rendered.container(SET), "resources", "limits", "memory")).isEqualTo("8Gi");
  }

  @Test
  void settingsTakeThePlaceOfTheFiles() {
    String overrides =
        overrides(
            Chart.render(
                "postgresConfig: {workMem: 1GB, maxConnections: 50, extra: {jit: 'off'}}"));
    assertThat(overrides)
        .contains("\nwork_mem = 1GB\n", "\nmax_connections = 50\n", "\njit = off\n")
        .contains("\nfsync = off\n", "\nwal_level = minimal\n")
        .doesNotContain("work_mem = 2GB");
    assertThat(overrides(Chart.render()).strip())
        .isEqualTo(Chart.read(Chart.ROOT.resolve("config/postgresql-overrides.conf")).strip());
  }

  @Test
  void persistenceIsAVolumeForEachAndSafeSettings() {
    Rendered rendered = Chart.render("persistence: {enabled: true, size: 9Gi, storageClass: fast}");
    JsonElement claim = at(rendered.get(SET), "spec", "volumeClaimTemplates", 0);
    assertThat(text(claim, "spec", "resources", "requests", "storage")).isEqualTo("9Gi");
    assertThat(text(claim, "spec", "storageClassName")).isEqualTo("fast");
    assertThat(
            text(rendered.get(SET), "spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"))
        .isEqualTo("Retain");
    assertThat(overrides(rendered))
        .contains("\nfsync = on\n", "\nsynchronous_commit = on\n", "\nfull_page_writes = on\n")
        .doesNotContain("= off", "No durability", "may be lost");
    assertThat(has(at(Chart.render().get(SET), "spec"), "volumeClaimTemplates")).isFalse();
  }

  @Test
  void localStorageIsMountedInEveryInstance() {
    Rendered shared = Chart.render("deeplake: {localStorage: {existingClaim: many}}");
    assertThat(mounts(shared.container(SET))).containsKey("/deeplake-data");
    assertThat(
            text(
                named(at(shared.pod(SET), "volumes"), "deeplake-data"),
                "persistentVolumeClaim",
                "claimName"))
        .isEqualTo("many");
    assertThat(mounts(Chart.render("deeplake: {rootPath: s3://b/}").container(SET)))
        .doesNotContainKey("/deeplake-data");
  }

  @Test
  void goingIsADrainAndThenAShutdownWithinTheGracePeriod() {
    Rendered rendered = Chart.render("drain: {timeoutSeconds: 100, shutdownSeconds: 20}");
    JsonObject container = rendered.container(SET);
    assertThat(at(container, "lifecycle", "preStop", "exec", "command").toString())
        .isEqualTo(
            "[\"bash\",\"/usr/local/bin/pre-stop.sh\",\"pg-deeplake-proxy-admin\",\"8404\",\"100\"]");
    assertThat(number(rendered.pod(SET), "terminationGracePeriodSeconds")).isEqualTo(120);
    assertThat(rendered.has("Service/pg-deeplake-proxy-admin")).isTrue();
    assertThat(mounts(container)).containsKey("/etc/pg-deeplake/proxy");
    assertThat(
            text(
                named(at(rendered.pod(SET), "volumes"), "proxy-credentials"),
                "secret",
                "secretName"))
        .isEqualTo("pg-deeplake-proxy");
  }

  @Test
  void theServiceAccountIsForARoleInTheCloud() {
    Rendered rendered =
        Chart.render("serviceAccount: {annotations: {eks.amazonaws.com/role-arn: arn:x}}");
    JsonObject account = rendered.get("ServiceAccount/pg-deeplake");
    assertThat(text(account, "metadata", "annotations", "eks.amazonaws.com/role-arn"))
        .isEqualTo("arn:x");
    assertThat(text(rendered.pod(SET), "serviceAccountName")).isEqualTo("pg-deeplake");
    Rendered without = Chart.render("serviceAccount: {create: false, name: theirs}");
    assertThat(without.names()).noneMatch(name -> name.startsWith("ServiceAccount/"));
    assertThat(text(without.pod(SET), "serviceAccountName")).isEqualTo("theirs");
  }

  /** The file of a volume that is mounted, or empty, by where it is. */
  private static Map<String, String> mounts(JsonObject container) {
    Map<String, String> mounts = new java.util.TreeMap<>();
    at(container, "volumeMounts")
        .getAsJsonArray()
        .forEach(mount ->
            mounts.put(
                text(mount, "mountPath"), has(mount, "subPath") ? text(mount, "subPath") : ""));
    return mounts;
  }
}
