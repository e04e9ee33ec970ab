package org.pgdeeplake.manager.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The objects of one namespace, by resource and name. Any thread. */
final class ApiStore {
  /** That a cluster has without KEDA. */
  private static final Map<String, String> KINDS =
      Map.of(
          "statefulsets", "StatefulSet apps/v1",
          "pods", "Pod v1",
          "secrets", "Secret v1",
          "horizontalpodautoscalers", "HorizontalPodAutoscaler autoscaling/v2",
          "scaledobjects", "ScaledObject keda.sh/v1alpha1");

  private final Map<String, Map<String, ObjectNode>> objects = new ConcurrentHashMap<>();

  /** Whoever reacts to a change; called on the thread that changed it. */
  volatile Runnable changed = () -> {};

  ApiStore() {
    for (String resource : KINDS.keySet()) {
      if (!resource.equals("scaledobjects")) {
        objects.put(resource, new ConcurrentSkipListMap<>());
      }
    }
  }

  /** As KEDA's installation does. */
  void define(String resource) {
    objects.putIfAbsent(resource, new ConcurrentSkipListMap<>());
  }

  private @Nullable Map<String, ObjectNode> of(String resource) {
    return objects.get(resource);
  }

  void put(String resource, ObjectNode object) {
    define(resource);
    var all = of(resource);
    if (all != null) {
      all.put(object.at("/metadata/name").asText(), object);
    }
  }

  void remove(String resource, String name) {
    var all = of(resource);
    if (all != null) {
      all.remove(name);
    }
  }

  Optional<ObjectNode> get(String resource, String name) {
    var all = of(resource);
    return all == null ? Optional.empty() : Optional.ofNullable(all.get(name));
  }

  /** One after the other. */
  synchronized Optional<ObjectNode> update(
      String resource, String name, UnaryOperator<ObjectNode> change) {
    Optional<ObjectNode> now = get(resource, name).map(change);
    now.ifPresent(object -> put(resource, object));
    changed.run();
    return now;
  }

  List<String> names(String resource) {
    var all = of(resource);
    return all == null ? List.of() : List.copyOf(all.keySet());
  }

  /** Empty: there is no such resource. */
  Optional<String> list(String resource, Map<String, String> labels, boolean ours) {
    var all = of(resource);
    if (all == null) {
      return Optional.empty();
    }
    List<ObjectNode> found = new ArrayList<>();
    for (ObjectNode object : all.values()) {
      if (ours && has(object, labels)) {
        found.add(object);
      }
    }
    String[] kind = KINDS.getOrDefault(resource, "").split(" ", 2);
    return Optional.of(ApiObjects.list(kind[0], kind[1], found));
  }

  private static boolean has(JsonNode object, Map<String, String> labels) {
    return labels.entrySet().stream()
        .allMatch(label ->
            label
                .getValue()
                .equals(object.path("metadata").path("labels").path(label.getKey()).asText()));
  }
}
