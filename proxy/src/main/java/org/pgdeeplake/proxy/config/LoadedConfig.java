package org.pgdeeplake.proxy.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A configuration and the file that it was read from. */
public final class LoadedConfig {
  private final @Nullable Path path;
  private final ProxyConfig config;
  private final Value.@Nullable Fields root;

  LoadedConfig(@Nullable Path path, ProxyConfig config, Value.@Nullable Fields root) {
    this.path = path;
    this.config = config;
    this.root = root;
  }

  /** A configuration that is in no file any more. */
  public static LoadedConfig none(ProxyConfig config) {
    return new LoadedConfig(null, config, null);
  }

  /** As the user gave it; null: there is none. */
  public @Nullable Path path() {
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
    String name = String.join(".", keys);
    if (root == null) {
      return name;
    }
    Place place = root.place();
    Value at = root;
    for (String key : keys) {
      Value inner = at instanceof Value.Fields fields ? fields.values().get(key) : null;
      if (inner == null) {
        break;
      }
      at = inner;
      if (!at.place().isReference()) {
        place = at.place();
      }
    }
    return place + ": " + name;
  }
}
