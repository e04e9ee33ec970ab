package org.pgdeeplake.manager.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.StartCredentials;

/**
 * The Secret that pods start from. It changes only as long as it is as it was read: the patch names
 * its resourceVersion, and the API server refuses it otherwise.
 */
final class StartSecret implements StartCredentials {
  private static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  private final ApiServer server;
  private final SecretKeys keys;
  private Map<String, @Nullable String> before = Map.of();
  private Map<String, @Nullable String> wanted = Map.of();
  private String version = "";
  private boolean helms;
  private boolean tried;

  private StartSecret(ApiServer server, SecretKeys keys) {
    this.server = server;
    this.keys = keys;
  }

  static Optional<StartCredentials> of(ApiServer server, StatefulSet set) throws DeploymentFailed {
    return SecretKeys.of(server, set).map(keys -> new StartSecret(server, keys));
  }

  @Override
  public String name() {
    return "Secret " + keys.secret();
  }

  @Override
  public Map<String, String> held() throws DeploymentFailed {
    Map<String, @Nullable String> data = ours(read());
    Map<String, String> held = new HashMap<>();
    keys.keys()
        .forEach((variable, key) -> {
          String value = data.get(key);
          if (value != null) {
            held.put(
                variable,
                new String(Base64.getMimeDecoder().decode(value), StandardCharsets.UTF_8));
          }
        });
    return held;
  }

  private Secret read() throws DeploymentFailed {
    Secret secret = SecretKeys.read(server, keys.secret());
    if (secret == null) {
      throw new DeploymentFailed(
          "there is no %s in namespace %s, though the pods' template names it"
              .formatted(name(), server.namespace()));
    }
    return secret;
  }

  /** Of its data, what is ours, as it is written there; null: it is not there. */
  private Map<String, @Nullable String> ours(Secret secret) {
    Map<String, String> data = Objects.requireNonNullElse(secret.getData(), Map.of());
    Map<String, @Nullable String> ours = new HashMap<>();
    keys.keys().values().forEach(key -> ours.put(key, data.get(key)));
    return ours;
  }

  @Override
  public void prepare(Map<String, String> values) throws DeploymentFailed {
    Secret secret = read();
    before = ours(secret);
    version = secret.getMetadata().getResourceVersion();
    helms = "Helm".equals(StatefulSetSearch.labels(secret).get(MANAGED_BY));
    wanted = wanted(values);
    if (wanted.equals(before)) {
      return;
    }
    requireOurs(secret);
    patch(wanted, true);
  }

  private Map<String, @Nullable String> wanted(Map<String, String> values) throws Refused {
    Map<String, @Nullable String> data = new HashMap<>(before);
    for (Map.Entry<String, String> value : values.entrySet()) {
      String key = keys.keys().get(value.getKey());
      if (key == null && !value.getValue().isEmpty()) {
        throw new Refused(
            "the pods take no %s from %s, so that one that starts later would not get it: add it to the template, or leave the Secret out with --skip-secret"
                .formatted(value.getKey(), name()));
      }
      // A variable that names a key which is not there may keep a pod from its start: "" does not.
      if (key != null && !(value.getValue().isEmpty() && before.get(key) == null)) {
        byte[] bytes = value.getValue().getBytes(StandardCharsets.UTF_8);
        data.put(key, Base64.getEncoder().encodeToString(bytes));
      }
    }
    return data;
  }

  private void requireOurs(Secret secret) throws Refused {
    if (Boolean.TRUE.equals(secret.getImmutable())) {
      throw new Refused(
          "%s is immutable: make a new one for the pods, or leave it out with --skip-secret"
              .formatted(name()));
    }
    for (OwnerReference owner : secret.getMetadata().getOwnerReferences()) {
      if (Boolean.TRUE.equals(owner.getController())) {
        throw new Refused(
            "%s is kept by %s %s, which would undo a change: change it at its source, and rotate when it has arrived here; or leave it out with --skip-secret"
                .formatted(name(), owner.getKind(), owner.getName()));
      }
    }
  }

  @Override
  public boolean change() throws DeploymentFailed {
    if (wanted.equals(before)) {
      return false;
    }
    tried = true;
    patch(wanted, false);
    return true;
  }

  @Override
  public void rollBack() throws DeploymentFailed {
    if (!tried) {
      return;
    }
    Secret secret = read();
    Map<String, @Nullable String> now = ours(secret);
    if (now.equals(before)) {
      return;
    }
    if (!now.equals(wanted)) {
      throw new DeploymentFailed("somebody else has changed it");
    }
    version = secret.getMetadata().getResourceVersion();
    patch(before, false);
  }

  private void patch(Map<String, @Nullable String> values, boolean dryRun) throws DeploymentFailed {
    ObjectNode patch = JsonNodeFactory.instance.objectNode();
    patch.putObject("metadata").put("resourceVersion", version);
    ObjectNode data = patch.putObject("data");
    values.forEach(data::put);
    var _ =
        server.ask(client ->
            client
                .secrets()
                .inNamespace(server.namespace())
                .withName(keys.secret())
                .patch(ReplicaControl.mergePatch(dryRun), patch.toString()));
  }

  @Override
  public String note() {
    return helms
        ? name() + " is Helm's: the next helm upgrade writes its values again, so change them, too"
        : "";
  }
}
