package org.pgdeeplake.manager.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvFromSource;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.StartCredentials;

/**
 * Which Secret the pods' AWS keys are in, as their template says it.
 *
 * @param keys of the Secret by the variable's name
 */
record SecretKeys(String secret, Map<String, String> keys) {
  private static final List<String> VARIABLES =
      List.of(StartCredentials.ID, StartCredentials.SECRET, StartCredentials.TOKEN);

  /** Empty: in none, as with a role of the service account. */
  static Optional<SecretKeys> of(ApiServer server, StatefulSet set) throws DeploymentFailed {
    for (Container container : set.getSpec().getTemplate().getSpec().getContainers()) {
      Optional<SecretKeys> found = ofVariables(container);
      if (found.isEmpty()) {
        found = ofWhole(server, container);
      }
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<SecretKeys> ofVariables(Container container) throws Refused {
    Map<String, SecretKeySelector> selectors = new HashMap<>();
    for (EnvVar variable : container.getEnv()) {
      if (VARIABLES.contains(variable.getName())
          && variable.getValueFrom() != null
          && variable.getValueFrom().getSecretKeyRef() != null) {
        selectors.put(variable.getName(), variable.getValueFrom().getSecretKeyRef());
      }
    }
    if (!selectors.containsKey(StartCredentials.ID)
        || !selectors.containsKey(StartCredentials.SECRET)) {
      return Optional.empty();
    }
    List<String> names =
        selectors.values().stream().map(SecretKeySelector::getName).distinct().sorted().toList();
    if (names.size() > 1) {
      throw new Refused(
          "the pods take their AWS keys from several Secrets (%s), which cannot change at once: put them into one, or leave them out with --skip-secret"
              .formatted(String.join(", ", names)));
    }
    Map<String, String> keys = new HashMap<>();
    selectors.forEach((variable, selector) -> keys.put(variable, selector.getKey()));
    return Optional.of(new SecretKeys(names.getFirst(), keys));
  }

  /** The last one with a variable wins, as in the pod. */
  private static Optional<SecretKeys> ofWhole(ApiServer server, Container container)
      throws DeploymentFailed {
    for (EnvFromSource source : container.getEnvFrom().reversed()) {
      if (source.getSecretRef() == null) {
        continue;
      }
      String prefix = Objects.requireNonNullElse(source.getPrefix(), "");
      String name = source.getSecretRef().getName();
      Secret secret = read(server, name);
      Map<String, String> keys = new HashMap<>();
      for (String variable : VARIABLES) {
        if (variable.startsWith(prefix)) {
          keys.put(variable, variable.substring(prefix.length()));
        }
      }
      if (secret != null
          && secret.getData() != null
          && keys.size() == VARIABLES.size()
          && secret.getData().containsKey(keys.get(StartCredentials.ID))
          && secret.getData().containsKey(keys.get(StartCredentials.SECRET))) {
        return Optional.of(new SecretKeys(name, keys));
      }
    }
    return Optional.empty();
  }

  static @org.jspecify.annotations.Nullable Secret read(ApiServer server, String name)
      throws DeploymentFailed {
    return server.ask(
        client -> client.secrets().inNamespace(server.namespace()).withName(name).get());
  }
}
