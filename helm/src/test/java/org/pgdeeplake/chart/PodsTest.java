// Every pod is as little as it can be, is spread, is restarted when its configuration changes, and
// is found by its labels.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.chart.Rendered.at;
import static org.pgdeeplake.chart.Rendered.has;
import static org.pgdeeplake.chart.Rendered.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PodsTest {
  private static final List<String> WORKLOADS =
      List.of(
          "StatefulSet/pg-deeplake",
          "Deployment/pg-deeplake-proxy",
          "Deployment/pg-deeplake-redis");

  static List<String> workloads() {
    return WORKLOADS;
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void nothingRunsAsRootOrWritesOrHasACapability(String workload) {
    Rendered rendered = Chart.render();
    JsonObject pod = rendered.pod(workload);
    assertThat(at(pod, "securityContext", "runAsNonRoot").getAsBoolean()).isTrue();
    assertThat(text(pod, "securityContext", "seccompProfile", "type")).isEqualTo("RuntimeDefault");
    assertThat(at(pod, "automountServiceAccountToken").getAsBoolean()).isFalse();
    JsonElement container = at(rendered.container(workload), "securityContext");
    assertThat(at(container, "readOnlyRootFilesystem").getAsBoolean()).isTrue();
    assertThat(at(container, "allowPrivilegeEscalation").getAsBoolean()).isFalse();
    assertThat(at(container, "capabilities", "drop").toString()).isEqualTo("[\"ALL\"]");
    assertThat(has(container, "capabilities") && has(at(container, "capabilities"), "add"))
        .isFalse();
    assertThat(has(at(rendered.container(workload), "resources"), "limits")).isTrue();
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void noProbeIsTraffic(String workload) {
    String container = Chart.render().container(workload).toString();
    assertThat(container).contains("livenessProbe", "readinessProbe").doesNotContain("tcpSocket");
  }

  @Test
  void securityContextsLabelsAndAnnotationsCanBeChosen() {
    Rendered rendered =
        Chart.render(
            """
            podSecurityContext: {runAsUser: 70}
            containerSecurityContext: {readOnlyRootFilesystem: false}
            podLabels: {a: b}
            podAnnotations: {c: d}
            commonLabels: {team: data}
            commonAnnotations: {note: x}
            """);
    JsonObject set = rendered.get("StatefulSet/pg-deeplake");
    assertThat(text(set, "spec", "template", "spec", "securityContext", "runAsUser"))
        .isEqualTo("70");
    assertThat(
            text(
                rendered.container("StatefulSet/pg-deeplake"),
                "securityContext",
                "readOnlyRootFilesystem"))
        .isEqualTo("false");
    assertThat(text(set, "spec", "template", "metadata", "labels", "a")).isEqualTo("b");
    assertThat(text(set, "spec", "template", "metadata", "annotations", "c")).isEqualTo("d");
    assertThat(rendered.objects())
        .allSatisfy(object -> {
          assertThat(text(object, "metadata", "labels", "team")).isEqualTo("data");
          assertThat(text(object, "metadata", "annotations", "note")).isEqualTo("x");
        });
  }

  @Test
  void instancesAreSpreadOverNodesAndZones() {
    JsonObject pod = Chart.render().pod("StatefulSet/pg-deeplake");
    assertThat(at(pod, "affinity", "podAntiAffinity").toString())
        .contains("preferredDuringSchedulingIgnoredDuringExecution", "kubernetes.io/hostname");
    JsonElement zone = at(pod, "topologySpreadConstraints", 0);
    assertThat(text(zone, "topologyKey")).isEqualTo("topology.kubernetes.io/zone");
    assertThat(text(zone, "labelSelector", "matchLabels", "app.kubernetes.io/component"))
        .isEqualTo("postgres");
    JsonObject hard =
        Chart.render(
                "{podAntiAffinity: hard, nodeSelector: {disk: ssd}, tolerations: [{operator:"
                    + " Exists}]}")
            .pod("StatefulSet/pg-deeplake");
    assertThat(at(hard, "affinity").toString())
        .contains("requiredDuringSchedulingIgnoredDuringExecution");
    assertThat(text(hard, "nodeSelector", "disk")).isEqualTo("ssd");
    assertThat(text(hard, "tolerations", 0, "operator")).isEqualTo("Exists");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "StatefulSet/pg-deeplake|postgresConfig: {workMem: 1GB}|checksum/config",
        "StatefulSet/pg-deeplake|postgres: {password: other}|checksum/secret",
        "Deployment/pg-deeplake-proxy|proxy: {queueTimeout: 10s}|checksum/config",
        "Deployment/pg-deeplake-proxy|proxy: {stats: {auth: {password: other}}}|checksum/secret"
      })
  void aChangeOfWhatIsReadAtTheStartIsANewPod(String workload, String change, String checksum) {
    String fixed = "{postgres: {password: fixed}, proxy: {stats: {auth: {password: fixed}}}}";
    assertThat(checksum(workload, checksum, fixed, change))
        .isNotEqualTo(checksum(workload, checksum, fixed));
  }

  private static String checksum(String workload, String name, String... values) {
    return text(
        Chart.render(values).get(workload), "spec", "template", "metadata", "annotations", name);
  }

  /** manager: KubernetesDeployment and Component look for these. */
  @Test
  void theManagerFindsThem() {
    Rendered rendered = Chart.render();
    String release =
        text(rendered.get(WORKLOADS.get(0)), "metadata", "labels", "app.kubernetes.io/instance");
    for (String component : List.of("proxy", "redis")) {
      JsonElement labels =
          at(
              rendered.get("Deployment/pg-deeplake-" + component),
              "spec",
              "template",
              "metadata",
              "labels");
      assertThat(text(labels, "app.kubernetes.io/component")).isEqualTo(component);
      assertThat(text(labels, "app.kubernetes.io/instance")).isEqualTo(release);
    }
    assertThat(text(rendered.get(WORKLOADS.get(0)), "metadata", "labels", "app.kubernetes.io/name"))
        .isEqualTo("pg-deeplake");
  }

  @ParameterizedTest
  @CsvSource({"1,false", "2,true"})
  void theProxyHasADisruptionBudgetWhereThereIsMoreThanOne(int replicas, boolean budget) {
    Rendered rendered = Chart.render("proxy: {replicaCount: " + replicas + "}");
    assertThat(rendered.has("PodDisruptionBudget/pg-deeplake-proxy")).isEqualTo(budget);
    assertThat(rendered.has("PodDisruptionBudget/pg-deeplake")).isTrue();
  }

  @Test
  void onlyWhoNeedsToReachesAPort() {
    Rendered rendered = Chart.render("autoscaling: {enabled: true}");
    String proxy =
        at(rendered.get("NetworkPolicy/pg-deeplake-proxy"), "spec", "ingress").toString();
    String monitoring =
        "{\"namespaceSelector\":{\"matchLabels\":{\"kubernetes.io/metadata.name\":\"monitoring\"}}}";
    String keda = monitoring.replace("monitoring", "keda");
    assertThat(proxy)
        .isEqualTo(
            ("[{'ports':[{'port':'postgresql','protocol':'TCP'}]},"
                    + "{'ports':[{'port':'admin','protocol':'TCP'}],'from':[{'podSelector':{}},M,K]},"
                    + "{'ports':[{'port':'scaler','protocol':'TCP'}],'from':[K]}]")
                .replace('\'', '"')
                .replace("M", monitoring)
                .replace("K", keda));
    assertThat(
            at(rendered.get("NetworkPolicy/pg-deeplake"), "spec", "ingress", 0, "from").toString())
        .contains("\"app.kubernetes.io/component\":\"proxy\"");
    assertThat(
            at(rendered.get("NetworkPolicy/pg-deeplake-redis"), "spec", "ingress", 0, "from")
                .toString())
        .contains("\"app.kubernetes.io/component\":\"postgres\"");
    assertThat(
            at(
                    Chart.render("networkPolicy: {clients: [{ipBlock: {cidr: 10.0.0.0/8}}]}")
                        .get("NetworkPolicy/pg-deeplake-proxy"),
                    "spec",
                    "ingress",
                    0,
                    "from")
                .toString())
        .contains("10.0.0.0/8");
  }

  @Test
  void redisIsACacheOfBoundedSize() {
    Rendered rendered = Chart.render();
    assertThat(at(rendered.container("Deployment/pg-deeplake-redis"), "args").toString())
        .contains(
            "\"--maxmemory\",\"512mb\",\"--maxmemory-policy\",\"allkeys-lru\",\"--save\",\"\"")
        .contains("\"--appendonly\",\"no\"");
    assertThat(text(rendered.container("Deployment/pg-deeplake-redis"), "image"))
        .isEqualTo("redis:7-alpine");
    assertThat(text(rendered.get("Service/pg-deeplake-redis"), "spec", "ports", 0, "port"))
        .isEqualTo("6379");
    assertThat(Chart.render("redis: {enabled: false}").names())
        .noneMatch(name -> Objects.requireNonNull(name).contains("redis"));
  }
}
