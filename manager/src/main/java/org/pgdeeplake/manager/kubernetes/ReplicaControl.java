package org.pgdeeplake.manager.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Locked;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.ReplicaOrder;
import org.pgdeeplake.manager.deployment.Replicas;

/** Who keeps the number of a StatefulSet's replicas, and how it is changed. */
final class ReplicaControl {
  /** In {@code metadata.managedFields} of what we change. */
  static final String FIELD_MANAGER = "pg-manager";

  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  /** KEDA writes the object's status now and then, which is a conflict, too. */
  private static final int ATTEMPTS = 5;

  private static final ResourceDefinitionContext SCALED_OBJECTS =
      context("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects");
  private static final ResourceDefinitionContext AUTOSCALERS =
      context("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");

  private final ApiServer server;

  ReplicaControl(ApiServer server) {
    this.server = server;
  }

  private static ResourceDefinitionContext context(
      String group, String version, String kind, String plural) {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }

  static PatchContext mergePatch(boolean dryRun) {
    PatchContext.Builder patch =
        new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(FIELD_MANAGER);
    return dryRun ? patch.withDryRun(List.of("All")).build() : patch.build();
  }

  /** As of now; {@code refuse} false: an autoscaler of another kind is left out. */
  Replicas replicas(StatefulSet set, boolean refuse) throws DeploymentFailed {
    String name = StatefulSetSearch.name(set);
    int count = StatefulSetSearch.replicas(set);
    String owner = "StatefulSet " + name;
    Optional<GenericKubernetesResource> scaled = of(SCALED_OBJECTS, name);
    if (scaled.isPresent()) {
      return new Replicas(owner, count, autoscaler(scaled.get(), count));
    }
    Optional<GenericKubernetesResource> hpa = refuse ? of(AUTOSCALERS, name) : Optional.empty();
    if (hpa.isPresent()) {
      throw new Refused(
          "the HorizontalPodAutoscaler %s keeps the number of %s and would undo it: change its minReplicas and maxReplicas, or delete it"
              .formatted(StatefulSetSearch.name(hpa.get()), owner));
    }
    return new Replicas(owner, count, null);
  }

  private static Replicas.Autoscaler autoscaler(GenericKubernetesResource scaled, int count) {
    Map<String, String> orders = KedaOrders.of(annotations(scaled));
    return new Replicas.Autoscaler(
        "ScaledObject " + StatefulSetSearch.name(scaled),
        number(scaled, "minReplicaCount", 0),
        number(scaled, "maxReplicaCount", 100),
        orders,
        KedaOrders.paused(orders, count));
  }

  /** KEDA's defaults are 0 and 100. */
  private static int number(GenericKubernetesResource scaled, String field, int otherwise) {
    return scaled.get("spec", field) instanceof Number number ? number.intValue() : otherwise;
  }

  private static Map<String, String> annotations(GenericKubernetesResource object) {
    return Objects.requireNonNullElse(object.getMetadata().getAnnotations(), Map.of());
  }

  /** That which names the StatefulSet as its target. */
  private Optional<GenericKubernetesResource> of(ResourceDefinitionContext kind, String name)
      throws DeploymentFailed {
    return server.ask(client -> {
      try {
        return client
            .genericKubernetesResources(kind)
            .inNamespace(server.namespace())
            .list()
            .getItems()
            .stream()
            .filter(object ->
                "StatefulSet".equals(object.get("spec", "scaleTargetRef", "kind"))
                    && name.equals(object.get("spec", "scaleTargetRef", "name")))
            .findFirst();
      } catch (KubernetesClientException e) {
        if (e.getCode() == NOT_FOUND) {
          // The cluster has no KEDA.
          return Optional.empty();
        }
        throw e;
      }
    });
  }

  List<String> difference(ReplicaOrder order, Replicas now) {
    var autoscaler = now.autoscaler();
    if (autoscaler != null) {
      var changes = KedaOrders.changes(order, autoscaler.orders());
      List<String> lines = KedaOrders.difference(changes, autoscaler.orders());
      return lines.isEmpty()
          ? lines
          : java.util.stream.Stream.concat(
                  java.util.stream.Stream.of(autoscaler.name()), lines.stream())
              .toList();
    }
    return order instanceof ReplicaOrder.Exactly(int count) && count != now.count()
        ? List.of(now.owner(), "- replicas: " + now.count(), "+ replicas: " + count)
        : List.of();
  }

  void order(StatefulSet set, ReplicaOrder order, Replicas now) throws DeploymentFailed {
    if (now.autoscaler() != null) {
      tellKeda(set, order, now.autoscaler());
    } else if (order instanceof ReplicaOrder.Exactly(int count)) {
      ObjectNode scale = JsonNodeFactory.instance.objectNode();
      scale.putObject("spec").put("replicas", count);
      var _ =
          server.ask(client ->
              client
                  .apps()
                  .statefulSets()
                  .inNamespace(server.namespace())
                  .withName(StatefulSetSearch.name(set))
                  .subresource("scale")
                  .patch(mergePatch(false), scale.toString()));
    }
  }

  private void tellKeda(StatefulSet set, ReplicaOrder order, Replicas.Autoscaler before)
      throws DeploymentFailed {
    for (int attempt = 1; ; attempt++) {
      GenericKubernetesResource scaled =
          of(SCALED_OBJECTS, StatefulSetSearch.name(set))
              .orElseThrow(() -> new DeploymentFailed(before.name() + " is gone"));
      Map<String, String> orders = KedaOrders.of(annotations(scaled));
      if (!orders.equals(before.orders())) {
        throw new Locked(
            "somebody else has given %s orders meanwhile: %s, which were %s before"
                .formatted(before.name(), orders, before.orders()));
      }
      Map<String, @Nullable String> changes = KedaOrders.changes(order, orders);
      if (changes.isEmpty() || patched(scaled, changes, attempt == ATTEMPTS)) {
        return;
      }
    }
  }

  /** False: it has changed since it was read. */
  private boolean patched(
      GenericKubernetesResource scaled, Map<String, @Nullable String> changes, boolean last)
      throws DeploymentFailed {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    ObjectNode metadata = patch.putObject("metadata");
    metadata.put("resourceVersion", scaled.getMetadata().getResourceVersion());
    ObjectNode annotations = metadata.putObject("annotations");
    changes.forEach((name, value) -> annotations.put(KedaOrders.PREFIX + name, value));
    return server.ask(client -> {
      try {
        var _ =
            client
                .genericKubernetesResources(SCALED_OBJECTS)
                .inNamespace(server.namespace())
                .withName(StatefulSetSearch.name(scaled))
                .patch(mergePatch(false), patch.toString());
        return true;
      } catch (KubernetesClientException e) {
        if (e.getCode() == CONFLICT && !last) {
          return false;
        }
        throw e;
      }
    });
  }
}
