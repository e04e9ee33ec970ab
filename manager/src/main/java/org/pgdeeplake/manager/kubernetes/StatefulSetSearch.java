package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetSpec;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** The StatefulSet that is meant. */
final class StatefulSetSearch {
  static final String NAME_LABEL = "app.kubernetes.io/name";
  static final String DEFAULT_NAME = "pg-deeplake";

  private StatefulSetSearch() {}

  /**
   * @param name null: {@value #DEFAULT_NAME}, or the only one with that name label
   */
  static StatefulSet find(ApiServer server, @Nullable String name) throws DeploymentFailed {
    String namespace = server.namespace();
    String wanted = name == null ? DEFAULT_NAME : name;
    StatefulSet exact =
        server.ask(
            client -> client.apps().statefulSets().inNamespace(namespace).withName(wanted).get());
    if (exact != null) {
      return exact;
    }
    List<StatefulSet> all =
        server.ask(client -> client.apps().statefulSets().inNamespace(namespace).list().getItems());
    List<StatefulSet> labelled =
        name != null
            ? List.of()
            : all.stream().filter(set -> DEFAULT_NAME.equals(labels(set).get(NAME_LABEL))).toList();
    if (labelled.size() == 1) {
      return labelled.getFirst();
    }
    if (labelled.size() > 1) {
      throw new DeploymentFailed(
          "namespace %s has several StatefulSets of pg-deeplake: choose one with --statefulset: %s"
              .formatted(namespace, names(labelled)));
    }
    if (all.isEmpty()) {
      requireNamespace(server);
    }
    throw new DeploymentFailed(
        "there is no StatefulSet %s in namespace %s (context %s): there %s"
            .formatted(
                wanted,
                namespace,
                server.failure().context(),
                all.isEmpty() ? "is none at all" : "are " + names(all)));
  }

  private static void requireNamespace(ApiServer server) throws DeploymentFailed {
    List<String> namespaces;
    try {
      namespaces =
          server
              .ask(client -> client.namespaces().list().getItems().stream())
              .map(StatefulSetSearch::name)
              .toList();
    } catch (DeploymentFailed _) {
      // Who may not list them learns only that there is no StatefulSet.
      return;
    }
    if (!namespaces.contains(server.namespace())) {
      throw new DeploymentFailed(
          "there is no namespace %s (context %s): there are %s"
              .formatted(
                  server.namespace(), server.failure().context(), String.join(", ", namespaces)));
    }
  }

  static java.util.Map<String, String> labels(HasMetadata object) {
    var labels = object.getMetadata().getLabels();
    return labels == null ? java.util.Map.of() : labels;
  }

  static int replicas(StatefulSet set) {
    // The API server's default.
    return Objects.requireNonNullElse(set.getSpec().getReplicas(), 1);
  }

  static int firstOrdinal(StatefulSet set) {
    StatefulSetSpec spec = set.getSpec();
    return spec.getOrdinals() == null
        ? 0
        : Objects.requireNonNullElse(spec.getOrdinals().getStart(), 0);
  }

  static String name(HasMetadata object) {
    return object.getMetadata().getName();
  }

  private static String names(List<StatefulSet> sets) {
    return String.join(", ", sets.stream().map(StatefulSetSearch::name).toList());
  }
}
