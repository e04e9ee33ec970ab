package org.pgdeeplake.chart;

import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Files that are one map. */
final class Yaml {
  private Yaml() {}

  static Map<?, ?> load(String yaml) {
    return map(new Load(LoadSettings.builder().build()).loadFromString(yaml));
  }

  static String dump(Map<?, ?> values) {
    return new Dump(DumpSettings.builder().build()).dumpToString(values);
  }

  /** The map at a path of keys. */
  static Map<?, ?> map(Map<?, ?> from, String... path) {
    Map<?, ?> here = from;
    for (String key : path) {
      here = map(here.get(key));
    }
    return here;
  }

  private static Map<?, ?> map(@Nullable Object value) {
    return (Map<?, ?>) Objects.requireNonNull(value);
  }
}
