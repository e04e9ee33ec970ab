package org.pgdeeplake.chart;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The objects that the chart has rendered. */
final class Rendered {
  private final List<JsonObject> objects = new ArrayList<>();

  Rendered(String yaml) {
    for (Object document :
        new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
            .loadAllFromString(yaml)) {
      if (document != null) {
        objects.add(new Gson().toJsonTree(document).getAsJsonObject());
      }
    }
  }

  List<JsonObject> objects() {
    return objects;
  }

  /** As {@code kind/name}, in the order of Helm. */
  List<String> names() {
    return objects.stream().map(Rendered::name).toList();
  }

  static String name(JsonObject object) {
    return text(object, "kind") + "/" + text(object, "metadata", "name");
  }

  boolean has(String name) {
    return names().contains(name);
  }

  /**
   * @param name as {@code StatefulSet/pg-deeplake}
   */
  JsonObject get(String name) {
    return objects.stream()
        .filter(object -> name(object).equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + name + ", but " + names()));
  }

  /** What is at a path of keys; a number goes into a list. Fails where there is nothing. */
  static JsonElement at(JsonElement from, Object... path) {
    JsonElement here = from;
    for (Object step : path) {
      JsonElement next =
          step instanceof Integer index
              ? here.getAsJsonArray().get(index)
              : here.getAsJsonObject().get(step.toString());
      here = Objects.requireNonNull(next, () -> "no " + step + " of " + List.of(path));
    }
    return here;
  }

  static boolean has(JsonElement from, String key) {
    return from.getAsJsonObject().has(key);
  }

  static String text(JsonElement from, Object... path) {
    return at(from, path).getAsString();
  }

  static int number(JsonElement from, Object... path) {
    return at(from, path).getAsInt();
  }

  /** The element of a list whose name it is. */
  static JsonObject named(JsonElement list, String name) {
    for (JsonElement element : (JsonArray) list) {
      if (text(element, "name").equals(name)) {
        return element.getAsJsonObject();
      }
    }
    throw new AssertionError("no " + name + " in " + list);
  }

  /** The pod of a workload. */
  JsonObject pod(String name) {
    return at(get(name), "spec", "template", "spec").getAsJsonObject();
  }

  /** The only container of a workload. */
  JsonObject container(String name) {
    return at(pod(name), "containers", 0).getAsJsonObject();
  }

  String proxyConf() {
    return text(get("ConfigMap/pg-deeplake-proxy"), "data", "proxy.conf");
  }
}
