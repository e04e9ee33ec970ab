// KEDA's object is the one of facts/keda.md, and the number of instances is KEDA's alone.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.chart.Rendered.at;
import static org.pgdeeplake.chart.Rendered.has;
import static org.pgdeeplake.chart.Rendered.number;
import static org.pgdeeplake.chart.Rendered.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import org.junit.jupiter.api.Test;

class ScaledObjectTest {
  private static Rendered with(String autoscaling) {
    return Chart.render("autoscaling: {enabled: true" + autoscaling + "}");
  }

  private static JsonElement metadata(String autoscaling) {
    return at(with(autoscaling).get("ScaledObject/pg-deeplake"), "spec", "triggers", 0, "metadata");
  }

  @Test
  void thereIsNoneUnlessWanted() {
    assertThat(Chart.render().has("ScaledObject/pg-deeplake")).isFalse();
  }

  @Test
  void itHasTheBoundsAndTimesOfTheOriginal() {
    JsonElement spec = at(with("").get("ScaledObject/pg-deeplake"), "spec");
    assertThat(at(spec, "scaleTargetRef").toString())
        .isEqualTo(
            "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"name\":\"pg-deeplake\"}");
    assertThat(number(spec, "minReplicaCount")).isZero();
    assertThat(number(spec, "maxReplicaCount")).isEqualTo(8);
    assertThat(number(spec, "cooldownPeriod")).isEqualTo(300);
    assertThat(number(spec, "initialCooldownPeriod")).isEqualTo(300);
    assertThat(number(spec, "pollingInterval")).isEqualTo(5);
  }

  @Test
  void nothingInItStopsInstancesOrStartsThemByMistake() {
    JsonObject spec = at(with("").get("ScaledObject/pg-deeplake"), "spec").getAsJsonObject();
    assertThat(has(spec, "fallback")).isFalse();
    assertThat(has(spec, "idleReplicaCount")).isFalse();
    assertThat(at(spec, "triggers").getAsJsonArray()).hasSize(1);
    assertThat(
            at(spec, "advanced", "horizontalPodAutoscalerConfig", "behavior", "scaleDown")
                .toString())
        .isEqualTo(
            "{\"stabilizationWindowSeconds\":60,\"policies\":[{\"type\":\"Pods\",\"value\":1,\"periodSeconds\":60}]}");
  }

  @Test
  void helmDoesNotSayHowManyRun() {
    assertThat(has(at(with("").get("StatefulSet/pg-deeplake"), "spec"), "replicas")).isFalse();
  }

  @Test
  void byDefaultTheProxyPushes() {
    Rendered rendered = with("");
    JsonElement trigger = at(rendered.get("ScaledObject/pg-deeplake"), "spec", "triggers", 0);
    assertThat(text(trigger, "type")).isEqualTo("external-push");
    assertThat(at(trigger, "metadata").toString())
        .isEqualTo(
            "{\"scalerAddress\":\"pg-deeplake-proxy-headless.db.svc:6000\",\"backend\":\"pg_backends\"}");
    assertThat(rendered.proxyConf())
        .containsPattern("scaler \\{\\s+enabled = true\\s+bind = \"0.0.0.0:6000\"")
        .contains("min-instances = 0", "max-instances = 8", "sessions-per-instance = 50");
    assertThat(Chart.render().proxyConf()).containsPattern("scaler \\{\\s+enabled = false");
  }

  @Test
  void withTlsBothSidesHaveIt() {
    Rendered rendered = Chart.render(Combinations.of("gRPC with TLS"));
    JsonElement trigger = at(rendered.get("ScaledObject/pg-deeplake"), "spec", "triggers", 0);
    assertThat(text(trigger, "metadata", "enableTLS")).isEqualTo("true");
    assertThat(text(trigger, "authenticationRef", "name")).isEqualTo("keda");
    assertThat(rendered.proxyConf())
        .contains("certificate = \"/etc/pg-proxy-scaler-tls/tls.crt\"", "client-ca = ");
    assertThat(rendered.pod("Deployment/pg-deeplake-proxy").toString()).contains("scaler-tls");
  }

  @Test
  void metricsApiReadsTheOneGaugeThatHasNoLabel() {
    assertThat(metadata(", trigger: metrics-api, threshold: 3, sessionsPerInstance: 20").toString())
        .isEqualTo(
            "{\"url\":\"http://pg-deeplake-proxy-admin.db.svc:8404/metrics\",\"format\":\"prometheus\","
                + "\"valueLocation\":\"pgproxy_demand\",\"targetValue\":\"20\",\"activationTargetValue\":\"2\"}");
  }

  @Test
  void theThresholdIsOne() {
    // Strictly more than 0: the first waiting client wakes.
    assertThat(text(metadata(", trigger: metrics-api"), "activationTargetValue")).isEqualTo("0");
  }

  @Test
  void prometheusIsTheProxyItselfOrAnotherAndNothingIsNeverZero() {
    JsonElement own = metadata(", trigger: prometheus");
    assertThat(text(own, "serverAddress")).isEqualTo("http://pg-deeplake-proxy-admin.db.svc:8404");
    assertThat(text(own, "query")).isEqualTo("pgproxy_demand");
    assertThat(text(own, "ignoreNullValues")).isEqualTo("false");
    assertThat(text(own, "activationThreshold")).isEqualTo("0");
    JsonElement other =
        metadata(", trigger: prometheus, prometheus: {serverAddress: 'http://prometheus:9090'}");
    assertThat(text(other, "serverAddress")).isEqualTo("http://prometheus:9090");
    assertThat(text(other, "query")).isEqualTo("max(pgproxy_demand)");
  }
}
