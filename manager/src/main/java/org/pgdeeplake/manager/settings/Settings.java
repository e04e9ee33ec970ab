package org.pgdeeplake.manager.settings;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Refused;

/**
 * The environment over {@code .env} in the project's directory. An empty value is as good as none,
 * since Compose passes on variables that are not set as empty ones.
 *
 * @param environment of the process, without {@code .env}; for programs that are started
 * @param values secrets are among them: never to be printed whole
 */
public record Settings(Path project, Map<String, String> environment, Map<String, String> values) {

  /**
   * @throws DeploymentFailed a line of {@code .env} cannot be read, with file:line
   */
  public static Settings read(Path project, Map<String, String> environment)
      throws DeploymentFailed {
    Map<String, String> values =
        new HashMap<>(
            EnvFile.read(project.resolve(".env"), name -> environment.getOrDefault(name, "")));
    environment.forEach((name, value) -> {
      if (!value.isEmpty() || !values.containsKey(name)) {
        values.put(name, value);
      }
    });
    return new Settings(project, environment, Map.copyOf(values));
  }

  public Optional<String> get(String name) {
    return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
  }

  public String get(String name, String otherwise) {
    return get(name).orElse(otherwise);
  }

  /** Of the first of the names that is set. */
  public Optional<String> first(String... names) {
    for (String name : names) {
      Optional<String> value = get(name);
      if (value.isPresent()) {
        return value;
      }
    }
    return Optional.empty();
  }

  public String postgresUser() {
    return get("POSTGRES_USER", "postgres");
  }

  /** The database that the image makes at its first start. */
  public String postgresDatabase() {
    return get("POSTGRES_DB", postgresUser());
  }

  /**
   * @throws Refused there is none
   */
  public String postgresPassword() throws Refused {
    return get("POSTGRES_PASSWORD")
        .orElseThrow(() ->
            new Refused(
                "POSTGRES_PASSWORD is not set: write it into "
                    + project.resolve(".env")
                    + " (from .env.example), or set it in the environment"));
  }

  /** A record's own would print the secrets. */
  @Override
  public String toString() {
    return "Settings of " + project;
  }
}
