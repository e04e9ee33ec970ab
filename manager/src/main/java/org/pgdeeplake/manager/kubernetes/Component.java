package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.InstanceState.Phase;

/** What the chart installs beside the instances, known by its labels. */
final class Component {
  private static final String COMPONENT_LABEL = "app.kubernetes.io/component";
  private static final String RELEASE_LABEL = "app.kubernetes.io/instance";

  private Component() {}

  /** Whether the release has pods of it, in whatever state: a chart without one has none. */
  static boolean exists(ApiServer server, StatefulSet set, String component)
      throws DeploymentFailed {
    return !pods(server, labels(set, component)).isEmpty();
  }

  private static Map<String, String> labels(StatefulSet set, String component) {
    Map<String, String> labels = new HashMap<>();
    labels.put(COMPONENT_LABEL, component);
    String release = StatefulSetSearch.labels(set).get(RELEASE_LABEL);
    if (release != null) {
      labels.put(RELEASE_LABEL, release);
    }
    return labels;
  }

  private static List<Pod> pods(ApiServer server, Map<String, String> labels)
      throws DeploymentFailed {
    return server.ask(client ->
        client.pods().inNamespace(server.namespace()).withLabels(labels).list().getItems());
  }

  /** A pod of the instances' release with that component label, a ready one if there is one. */
  static String pod(ApiServer server, StatefulSet set, String component) throws DeploymentFailed {
    Map<String, String> labels = labels(set, component);
    List<Pod> pods = pods(server, labels);
    return pods.stream()
        .filter(pod -> PodState.of(pod).mayAnswer())
        .min(
            Comparator.comparing((Pod pod) -> PodState.of(pod).phase() != Phase.RUNNING)
                .thenComparing(StatefulSetSearch::name))
        .map(StatefulSetSearch::name)
        .orElseThrow(() ->
            new DeploymentFailed(
                "no pod of the %s runs in namespace %s (%s; %s)"
                    .formatted(
                        component,
                        server.namespace(),
                        "by labels " + labels,
                        pods.isEmpty() ? "there is none" : "found: " + states(pods))));
  }

  private static String states(List<Pod> pods) {
    return String.join(
        ", ",
        pods.stream()
            .map(pod -> StatefulSetSearch.name(pod) + " " + PodState.of(pod).detail())
            .toList());
  }
}
