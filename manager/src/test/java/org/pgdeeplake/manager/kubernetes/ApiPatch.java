package org.pgdeeplake.manager.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** A JSON merge patch (RFC 7396) as an API server takes it, with the version it is meant for. */
record ApiPatch(JsonNode patch, boolean dryRun) {

  /** The object names the version it was read in, and it has changed since. */
  boolean conflicts(ObjectNode object) {
    String meant = patch.at("/metadata/resourceVersion").asText("");
    return !meant.isEmpty() && !meant.equals(object.at("/metadata/resourceVersion").asText());
  }

  /** What it becomes, in the next version. */
  ObjectNode on(ObjectNode object) {
    ObjectNode changed = object.deepCopy();
    merge(changed, patch);
    bump(changed);
    return changed;
  }

  static void bump(ObjectNode object) {
    ObjectNode metadata = (ObjectNode) object.get("metadata");
    int version = Integer.parseInt(metadata.get("resourceVersion").asText("1"));
    metadata.put("resourceVersion", String.valueOf(version + 1));
  }

  private static void merge(ObjectNode target, JsonNode patch) {
    for (Map.Entry<String, JsonNode> field : patch.properties()) {
      JsonNode value = field.getValue();
      if (value.isNull()) {
        target.remove(field.getKey());
      } else if (value.isObject()) {
        JsonNode old = target.get(field.getKey());
        merge(old instanceof ObjectNode same ? same : target.putObject(field.getKey()), value);
      } else {
        target.set(field.getKey(), value);
      }
    }
  }
}
