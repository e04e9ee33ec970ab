package org.pgdeeplake.manager.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Locale;

/** JSON as an API server answers it, from files in {@code kubernetes/}. */
final class ApiObjects {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ApiObjects() {}

  static ObjectNode read(String file) {
    try (var in = ApiObjects.class.getResourceAsStream("/kubernetes/" + file)) {
      return (ObjectNode) MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode statefulSet(String name, int replicas) {
    ObjectNode set = read("statefulset.json");
    ((ObjectNode) set.get("metadata")).put("name", name);
    ((ObjectNode) set.get("spec")).put("replicas", replicas);
    return set;
  }

  /** Of the StatefulSet, with a status from {@code status/}. */
  static ObjectNode pod(String name, String status) {
    ObjectNode pod = read("pod.json");
    ((ObjectNode) pod.get("metadata")).put("name", name);
    pod.set("status", read("status/" + status + ".json"));
    return pod;
  }

  /** Of the same release, such as the proxy's. */
  static ObjectNode componentPod(String name, String component, String status) {
    ObjectNode pod = pod(name, status);
    ((ObjectNode) pod.at("/metadata/labels")).put("app.kubernetes.io/component", component);
    ((ObjectNode) pod.get("metadata")).remove("ownerReferences");
    return pod;
  }

  /** The subresource, autoscaling/v1. */
  static String scale(ObjectNode statefulSet) {
    ObjectNode scale = MAPPER.createObjectNode();
    scale.put("kind", "Scale").put("apiVersion", "autoscaling/v1");
    scale.set("metadata", statefulSet.get("metadata"));
    scale.putObject("spec").set("replicas", statefulSet.at("/spec/replicas"));
    scale
        .putObject("status")
        .put("selector", "app.kubernetes.io/name=pg-deeplake")
        .set("replicas", statefulSet.at("/status/replicas"));
    return scale.toString();
  }

  static String list(String kind, String apiVersion, Collection<? extends JsonNode> items) {
    ObjectNode list = MAPPER.createObjectNode();
    list.put("kind", kind + "List").put("apiVersion", apiVersion);
    list.putObject("metadata").put("resourceVersion", "48300");
    list.putArray("items").addAll(items);
    return list.toString();
  }

  static String status(int code, String reason, String message) {
    ObjectNode status = MAPPER.createObjectNode();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    status.put("status", "Failure").put("message", message).put("reason", reason).put("code", code);
    return status.toString();
  }

  static String forbidden(String verb, String resource, String group, String name) {
    return status(
        403,
        "Forbidden",
        "%s%s \"%s\" is forbidden: User \"operator\" cannot %s resource \"%s\" in API group \"%s\" in the namespace \"deeplake\""
            .formatted(
                resource.toLowerCase(Locale.ROOT),
                group.isEmpty() ? "" : "." + group,
                name,
                verb,
                resource,
                group));
  }

  static <T> T parse(JsonNode json, Class<T> type) {
    try {
      return io.fabric8.kubernetes.client.utils.Serialization.unmarshal(
          MAPPER.writeValueAsString(json), type);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }
}
