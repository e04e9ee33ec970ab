package org.pgdeeplake.proxy.config;

import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ${NAME}} means in a file where no key has that name. The library forgets the name.
 */
record Environment(Map<String, String> variables) implements ConfigResolver {
  /** Compose sets it to nothing by {@code ${PG_PROXY_LOG_LEVEL:-}}, which means no more. */
  private static final String LOG_LEVEL = "PG_PROXY_LOG_LEVEL";

  ConfigResolveOptions options() {
    return ConfigResolveOptions.defaults().setUseSystemEnvironment(false).appendResolver(this);
  }

  @Override
  public @Nullable ConfigValue lookup(String path) {
    List<String> names = ConfigUtil.splitPath(path);
    String name = names.getFirst();
    String text = names.size() == 1 ? variables.get(name) : null;
    if (text == null || (text.isEmpty() && name.equals(LOG_LEVEL))) {
      return null;
    }
    return ConfigValueFactory.fromAnyRef(text, "environment variable " + name);
  }

  @Override
  public ConfigResolver withFallback(ConfigResolver fallback) {
    throw new UnsupportedOperationException("the environment is the last");
  }
}
