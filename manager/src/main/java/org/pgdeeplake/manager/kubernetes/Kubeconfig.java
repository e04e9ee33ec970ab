package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.internal.KubeConfigUtils;
import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/** Finds the API server and who we are there, in the order of kubectl. */
final class Kubeconfig {
  private static final String VARIABLE = "KUBECONFIG";
  private static final String IN_CLUSTER = "KUBERNETES_SERVICE_HOST";

  /**
   * @param name of the context, for messages
   */
  record Chosen(Config config, String name) {}

  private Kubeconfig() {}

  /**
   * From the files of {@code $KUBECONFIG}, else ~/.kube/config, else the service account of the pod
   * this runs in. May run the login program that the kubeconfig names.
   */
  static Chosen choose(@Nullable String context, Map<String, String> environment)
      throws DeploymentFailed {
    List<File> named = files(environment);
    List<File> files = named.stream().filter(File::isFile).toList();
    if (!files.isEmpty()) {
      return fromFiles(context, files);
    }
    if (context == null && !environment.getOrDefault(IN_CLUSTER, "").isEmpty()) {
      return new Chosen(Config.autoConfigure(null), "in-cluster");
    }
    throw new DeploymentFailed(
        "no kubeconfig: there is no %s: set %s, or write one there"
            .formatted(listed(named), VARIABLE));
  }

  private static List<File> files(Map<String, String> environment) {
    String names = environment.getOrDefault(VARIABLE, "");
    if (!names.isEmpty()) {
      return Arrays.stream(names.split(File.pathSeparator, -1))
          .filter(name -> !name.isEmpty())
          .map(File::new)
          .toList();
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    return List.of(new File(home, ".kube/config"));
  }

  private static Chosen fromFiles(@Nullable String context, List<File> files)
      throws DeploymentFailed {
    List<io.fabric8.kubernetes.api.model.Config> parsed = new ArrayList<>();
    for (File file : files) {
      parsed.add(parse(file));
    }
    List<String> contexts =
        parsed.stream()
            .flatMap(config -> config.getContexts().stream())
            .map(NamedContext::getName)
            .distinct()
            .toList();
    String name = context != null ? context : current(parsed);
    if (name == null) {
      throw new DeploymentFailed(
          "%s names no current-context: choose one with --context: %s"
              .formatted(listed(files), contexts));
    }
    if (!contexts.contains(name)) {
      throw new DeploymentFailed(
          "there is no context '%s' in %s: there %s"
              .formatted(
                  name,
                  listed(files),
                  contexts.isEmpty() ? "is none at all" : "are " + String.join(", ", contexts)));
    }
    try {
      // The library's own entry for several files reads the process's environment only.
      Config config = Config.empty();
      KubeConfigUtils.merge(
          config, name, parsed.toArray(io.fabric8.kubernetes.api.model.Config[]::new));
      return new Chosen(config, name);
    } catch (KubernetesClientException | IllegalArgumentException e) {
      throw new DeploymentFailed(
          "context '%s' in %s cannot be used: %s".formatted(name, listed(files), e.getMessage()),
          e);
    }
  }

  private static io.fabric8.kubernetes.api.model.Config parse(File file) throws DeploymentFailed {
    try {
      return Objects.requireNonNull(KubeConfigUtils.parseConfig(file), "it is empty");
    } catch (RuntimeException e) {
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      throw new DeploymentFailed(
          "cannot read kubeconfig %s: %s"
              .formatted(file, String.valueOf(root.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  private static @Nullable String current(List<io.fabric8.kubernetes.api.model.Config> files) {
    return files.stream()
        .map(io.fabric8.kubernetes.api.model.Config::getCurrentContext)
        .filter(name -> name != null && !name.isEmpty())
        .findFirst()
        .orElse(null);
  }

  private static String listed(List<File> files) {
    return String.join(", ", files.stream().map(File::toString).toList());
  }
}
