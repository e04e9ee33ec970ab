package org.pgdeeplake.manager.kubernetes;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a request is about, as Kubernetes' RBAC sees it.
 *
 * @param resource with its subresource, such as {@code statefulsets/scale}
 * @param name "" for all of them
 */
record ApiPath(String group, String namespace, String resource, String name) {

  static ApiPath parse(String path) {
    List<String> parts = Stream.of(path.split("/", -1)).filter(part -> !part.isEmpty()).toList();
    boolean core = parts.getFirst().equals("api");
    String group = core ? "" : parts.get(1);
    List<String> rest = parts.subList(core ? 2 : 3, parts.size());
    String namespace = "";
    if (rest.size() > 2 && rest.getFirst().equals("namespaces")) {
      namespace = rest.get(1);
      rest = rest.subList(2, rest.size());
    }
    String name = rest.size() > 1 ? rest.get(1) : "";
    String resource = rest.getFirst() + (rest.size() > 2 ? "/" + rest.get(2) : "");
    return new ApiPath(group, namespace, resource, name);
  }

  /** Without the subresource. */
  String plain() {
    return resource.replaceAll("/.*", "");
  }

  /** As in {@code kubectl auth can-i}. */
  String rule(String method) {
    String verb =
        switch (method) {
          case "GET" -> name.isEmpty() ? "list" : "get";
          case "PATCH" -> "patch";
          case "PUT" -> "update";
          case "POST" -> "create";
          default -> "delete";
        };
    int slash = resource.indexOf('/');
    return group.isEmpty()
        ? verb + " " + resource
        : verb + " " + plain() + "." + group + (slash < 0 ? "" : resource.substring(slash));
  }
}
