package org.pgdeeplake.proxy.config;

import java.nio.file.Path;

/** A configuration and the file that it was read from. */
public final class ConfigFile {
  private final Path path;
  private final ProxyConfig config;
  private final Value.Fields root;

  ConfigFile(Path path, ProxyConfig config, Value.Fields root) {
    this.path = path;
    this.config = config;
    this.root = root;
  }

  /** As the user gave it. */
  public Path path() {
    return path;
  }

  public ProxyConfig config() {
    return config;
  }

  /**
   * The beginning of a message about a key: file and line, and its whole name. Where nobody wrote
   * the key, the line of the innermost section around it that somebody wrote.
   *
   * @param keys from the root, as {@code proxy}, {@code admin}, {@code bind}
   */
  public String where(String... keys) {
    Place place = root.place();
    Value at = root;
    for (String key : keys) {
      if (!(at instanceof Value.Fields fields) || !fields.values().containsKey(key)) {
        break;
      }
      at = fields.values().getOrDefault(key, fields);
      if (!at.place().isReference()) {
        place = at.place();
      }
    }
    return place + ": " + String.join(".", keys);
  }
}
