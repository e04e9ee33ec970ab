// The Helm row of deployment-facts.md: the proxy, its Services, TLS and secrets; the name haproxy
// is still understood.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.chart.Rendered.at;
import static org.pgdeeplake.chart.Rendered.has;
import static org.pgdeeplake.chart.Rendered.named;
import static org.pgdeeplake.chart.Rendered.number;
import static org.pgdeeplake.chart.Rendered.text;

import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ProxyTest {
  private static final String PROXY = "Deployment/pg-deeplake-proxy";

  private static Map<String, String> secret(Rendered rendered, String name) {
    Map<String, String> secret = new TreeMap<>();
    JsonObject object = rendered.get("Secret/" + name);
    if (object.get("data") instanceof JsonObject data) {
      data.entrySet()
          .forEach(entry ->
              secret.put(
                  entry.getKey(),
                  new String(
                      Base64.getDecoder().decode(entry.getValue().getAsString()),
                      StandardCharsets.UTF_8)));
    }
    return secret;
  }

  @Test
  void thereAreTwoThatAreReplacedOneByOne() {
    Rendered rendered = Chart.render();
    assertThat(number(rendered.get(PROXY), "spec", "replicas")).isEqualTo(2);
    assertThat(at(rendered.get(PROXY), "spec", "strategy", "rollingUpdate").toString())
        .isEqualTo("{\"maxUnavailable\":0,\"maxSurge\":1}");
    assertThat(text(rendered.container(PROXY), "image")).isEqualTo("pg-deeplake-proxy:0.1.0");
    assertThat(text(rendered.container(PROXY), "resources", "limits", "memory")).isEqualTo("512Mi");
  }

  @Test
  void probesAskTheAdminPort() {
    JsonObject container = Chart.render().container(PROXY);
    assertThat(text(container, "readinessProbe", "httpGet", "path")).isEqualTo("/health/ready");
    assertThat(text(container, "livenessProbe", "httpGet", "path")).isEqualTo("/health/live");
    for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
      assertThat(text(container, probe, "httpGet", "port")).isEqualTo("admin");
    }
    assertThat(number(named(at(container, "ports"), "admin"), "containerPort")).isEqualTo(8404);
  }

  @Test
  void itHasTimeToDrain() {
    Rendered rendered =
        Chart.render("proxy: {shutdown: {delaySeconds: 7, drainTimeoutSeconds: 70}}");
    assertThat(rendered.proxyConf()).contains("shutdown { delay = 7s, drain-timeout = 70s }");
    assertThat(number(rendered.pod(PROXY), "terminationGracePeriodSeconds")).isGreaterThan(77);
  }

  @Test
  void clientsComeThroughALoadBalancerAndNobodyElseDoes() {
    Rendered rendered =
        Chart.render(
            "proxy: {service: {port: 15432, annotations: {lb: internal},"
                + " loadBalancerSourceRanges: [10.0.0.0/8]}}");
    JsonObject service = rendered.get("Service/pg-deeplake-proxy");
    assertThat(text(service, "spec", "type")).isEqualTo("LoadBalancer");
    assertThat(text(service, "metadata", "annotations", "lb")).isEqualTo("internal");
    assertThat(text(service, "spec", "loadBalancerSourceRanges", 0)).isEqualTo("10.0.0.0/8");
    assertThat(at(service, "spec", "ports").toString())
        .isEqualTo(
            "[{\"name\":\"postgresql\",\"port\":15432,\"targetPort\":\"postgresql\",\"protocol\":\"TCP\"}]");
    assertThat(text(rendered.get("Service/pg-deeplake-proxy-admin"), "spec", "type"))
        .isEqualTo("ClusterIP");
  }

  @Test
  void peersFindEachOtherAlsoWhileTheyStartOrDrain() {
    Rendered rendered = Chart.render();
    JsonObject service = rendered.get("Service/pg-deeplake-proxy-headless");
    assertThat(text(service, "spec", "clusterIP")).isEqualTo("None");
    assertThat(at(service, "spec", "publishNotReadyAddresses").getAsBoolean()).isTrue();
    assertThat(rendered.proxyConf())
        .contains(
            "peers { dns = \"pg-deeplake-proxy-headless.db.svc.cluster.local.\", secret ="
                + " ${PG_PROXY_PEERS_SECRET} }");
  }

  @Test
  void itLooksForAsManyInstancesAsThereCanBe() {
    assertThat(Chart.render("replicaCount: 3").proxyConf())
        .contains("dns = \"pg-deeplake-{0..2}.pg-deeplake-headless.db.svc.cluster.local.:5432\"");
    assertThat(
            Chart.render("{replicaCount: 3, autoscaling: {enabled: true, maxReplicas: 8}}")
                .proxyConf())
        .contains("dns = \"pg-deeplake-{0..7}.pg-deeplake-headless.db.svc.cluster.local.:5432\"");
  }

  /** Of a name that is not, the search list would be asked first, and the proxy knows none. */
  @Test
  void namesAreAbsoluteInTheClustersDomain() {
    assertThat(Chart.render("clusterDomain: k8s.example.org").proxyConf().lines())
        .filteredOn(line -> line.contains("dns = "))
        .hasSize(2)
        .allSatisfy(line ->
            assertThat(line).containsPattern("-headless\\.db\\.svc\\.k8s\\.example\\.org\\.[:\"]"));
  }

  @Test
  void tlsIsOnUnlessItIsTurnedOff() {
    Rendered rendered = Chart.render();
    assertThat(text(named(at(rendered.pod(PROXY), "volumes"), "tls"), "secret", "secretName"))
        .isEqualTo("pg-deeplake-tls");
    assertThat(rendered.proxyConf())
        .contains("mode = terminate", "certificate = \"/etc/pg-proxy-tls/tls.crt\"");
    Rendered off = Chart.render("tls: {enabled: false}");
    assertThat(off.proxyConf()).contains("mode = off").doesNotContain("certificate");
    assertThat(at(off.pod(PROXY), "volumes").toString()).doesNotContain("pg-deeplake-tls");
  }

  @Test
  void credentialsOfTheAdminPortAreGeneratedAndNeverInTheConfiguration() {
    Rendered rendered = Chart.render();
    assertThat(secret(rendered, "pg-deeplake-proxy"))
        .containsEntry("PROXY_STATS_USER", "admin")
        .hasEntrySatisfying("PROXY_STATS_PASSWORD", text -> assertThat(text).hasSize(32))
        .hasEntrySatisfying("PG_PROXY_PEERS_SECRET", text -> assertThat(text).hasSize(32));
    assertThat(rendered.proxyConf()).contains("password = ${PROXY_STATS_PASSWORD}");
    Rendered given = Chart.render("proxy: {stats: {auth: {user: ops, password: known-one}}}");
    assertThat(secret(given, "pg-deeplake-proxy"))
        .containsEntry("PROXY_STATS_PASSWORD", "known-one");
    assertThat(given.get("ConfigMap/pg-deeplake-proxy").toString()).doesNotContain("known-one");
    assertThat(given.container(PROXY).toString()).doesNotContain("known-one");
    Rendered theirs = Chart.render("proxy: {existingSecret: theirs}");
    assertThat(theirs.has("Secret/pg-deeplake-proxy")).isFalse();
    assertThat(at(theirs.container(PROXY), "env").toString()).contains("\"name\":\"theirs\"");
    assertThat(at(theirs.pod("StatefulSet/pg-deeplake"), "volumes").toString())
        .contains("\"secretName\":\"theirs\"");
  }

  @Test
  void theInstancesSecretHasWhatIsGiven() {
    assertThat(
            secret(
                Chart.render(
                    "{aws: {accessKeyId: A, secretAccessKey: B, sessionToken: C}, postgres:"
                        + " {password: P}}"),
                "pg-deeplake"))
        .isEqualTo(
            Map.of(
                "AWS_ACCESS_KEY_ID", "A",
                "AWS_SECRET_ACCESS_KEY", "B",
                "AWS_SESSION_TOKEN", "C",
                "POSTGRES_PASSWORD", "P"));
    assertThat(secret(Chart.render(), "pg-deeplake"))
        .containsOnlyKeys("POSTGRES_PASSWORD")
        .hasEntrySatisfying("POSTGRES_PASSWORD", text -> assertThat(text).hasSize(32));
    Rendered theirs = Chart.render("envFromSecret: theirs");
    assertThat(secret(theirs, "pg-deeplake")).isEmpty();
    assertThat(at(theirs.container("StatefulSet/pg-deeplake"), "envFrom").toString())
        .isEqualTo(
            "[{\"secretRef\":{\"name\":\"pg-deeplake\"}},{\"secretRef\":{\"name\":\"theirs\"}}]");
  }

  @Test
  void externalSecretsAreThose() {
    JsonObject secret = Chart.render(Combinations.of("externalSecrets")).get("ExternalSecret/env");
    assertThat(text(secret, "spec", "target", "name")).isEqualTo("env");
    assertThat(text(secret, "spec", "secretStoreRef", "name")).isEqualTo("store");
    assertThat(text(secret, "spec", "data", 0, "remoteRef", "key")).isEqualTo("db");
  }

  @Test
  void theNameHaproxyIsUnderstood() {
    Rendered rendered = Chart.render(Combinations.HAPROXY);
    assertThat(number(rendered.get(PROXY), "spec", "replicas")).isEqualTo(3);
    assertThat(rendered.proxyConf()).contains("queue = 60s");
    assertThat(text(rendered.container(PROXY), "resources", "limits", "memory")).isEqualTo("1Gi");
    assertThat(text(rendered.get("Service/pg-deeplake-proxy"), "spec", "type"))
        .isEqualTo("NodePort");
    assertThat(secret(rendered, "pg-deeplake-proxy"))
        .containsEntry("PROXY_STATS_USER", "ops")
        .containsEntry("PROXY_STATS_PASSWORD", "secret-of-ops");
    assertThat(text(rendered.container(PROXY), "image"))
        .as("HAProxy's image")
        .isEqualTo("pg-deeplake-proxy:0.1.0");
  }

  @Test
  void theScalersPortIsThereWithAutoscalingOnly() {
    assertThat(at(Chart.render().container(PROXY), "ports").toString()).doesNotContain("6000");
    Rendered rendered = Chart.render("autoscaling: {enabled: true}");
    assertThat(number(named(at(rendered.container(PROXY), "ports"), "scaler"), "containerPort"))
        .isEqualTo(6000);
    assertThat(has(rendered.get("Service/pg-deeplake-proxy-headless"), "spec")).isTrue();
    assertThat(
            number(
                named(
                    at(rendered.get("Service/pg-deeplake-proxy-headless"), "spec", "ports"),
                    "scaler"),
                "port"))
        .isEqualTo(6000);
  }
}
