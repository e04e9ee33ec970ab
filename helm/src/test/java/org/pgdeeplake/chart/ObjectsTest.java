// What the chart renders is what the API server takes: no unknown field, none missing, at any
// depth.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectsTest {
  /** Throws at what is wrong. */
  private interface Check {
    void accept(JsonObject object) throws IOException;
  }

  private static final Map<String, Check> KUBERNETES =
      Map.ofEntries(
          Map.entry("v1/ConfigMap", V1ConfigMap::validateJsonElement),
          Map.entry("v1/Secret", V1Secret::validateJsonElement),
          Map.entry("v1/Service", V1Service::validateJsonElement),
          Map.entry("v1/ServiceAccount", V1ServiceAccount::validateJsonElement),
          Map.entry("apps/v1/Deployment", V1Deployment::validateJsonElement),
          Map.entry("apps/v1/StatefulSet", V1StatefulSet::validateJsonElement),
          Map.entry("policy/v1/PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement),
          Map.entry("networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy::validateJsonElement),
          Map.entry("rbac.authorization.k8s.io/v1/Role", V1Role::validateJsonElement),
          Map.entry(
              "rbac.authorization.k8s.io/v1/RoleBinding", V1RoleBinding::validateJsonElement));

  private static final List<String> CUSTOM =
      List.of(
          "keda.sh/v1alpha1/ScaledObject",
          "monitoring.coreos.com/v1/PrometheusRule",
          "monitoring.coreos.com/v1/ServiceMonitor",
          "external-secrets.io/v1/ExternalSecret");

  static Stream<String> combinations() {
    return Combinations.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("combinations")
  void eachCombination(String name) {
    check(Chart.render(Combinations.of(name)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"beta", "production", "argocd"})
  void eachExample(String name) {
    check(Chart.example(name));
  }

  @Test
  void whatIsWrongIsFound() {
    JsonObject set = Chart.render().get("StatefulSet/pg-deeplake");
    Rendered.at(set, "spec", "template", "spec").getAsJsonObject().addProperty("wrong", 1);
    assertThat(problem(set)).contains("wrong");
    JsonObject scaled =
        Chart.render(Combinations.of("external-push")).get("ScaledObject/pg-deeplake");
    Rendered.at(scaled, "spec").getAsJsonObject().addProperty("coolDownPeriod", 1);
    assertThat(problem(scaled)).contains("coolDownPeriod");
  }

  private static void check(Rendered rendered) {
    assertThat(rendered.names()).doesNotHaveDuplicates().isNotEmpty();
    assertThat(rendered.objects())
        .allSatisfy(object -> assertThat(problem(object)).as(Rendered.name(object)).isEmpty())
        .allSatisfy(object -> {
          assertThat(Rendered.text(object, "metadata", "namespace")).isEqualTo(Chart.NAMESPACE);
          assertThat(Rendered.text(object, "metadata", "name")).hasSizeLessThanOrEqualTo(63);
        });
  }

  private static String problem(JsonObject object) {
    String kind = Rendered.text(object, "apiVersion") + "/" + Rendered.text(object, "kind");
    if (CUSTOM.contains(kind)) {
      return String.join("\n", custom(object));
    }
    Check check = KUBERNETES.get(kind);
    if (check == null) {
      return "nothing to check " + kind + " with";
    }
    try {
      check.accept(object);
      return "";
    } catch (IOException | IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private static List<String> custom(JsonObject object) {
    String schema = Rendered.text(object, "kind").toLowerCase(Locale.ROOT);
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7)
        .getSchema(Resources.text("/schemas/" + schema + ".json"), InputFormat.JSON)
        .validate(object.toString(), InputFormat.JSON)
        .stream()
        .map(Object::toString)
        .toList();
  }
}
