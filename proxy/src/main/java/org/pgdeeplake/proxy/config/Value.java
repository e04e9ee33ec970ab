package org.pgdeeplake.proxy.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value of a configuration file, which knows where it was written. */
sealed interface Value {
  Place place();

  /** The dotted path under which it was written: for an inherited value that of the default. */
  String path();

  /** For messages. */
  String describe();

  record Scalar(Place place, String path, @Nullable Object data) implements Value {
    @Override
    public String describe() {
      return data instanceof String text ? quoted(text) : String.valueOf(data);
    }
  }

  record Items(Place place, String path, List<Value> values) implements Value {
    @Override
    public String describe() {
      return "a list [ ... ]";
    }
  }

  record Fields(Place place, String path, Map<String, Value> values) implements Value {
    @Override
    public String describe() {
      return "a section { ... }";
    }

    /** What is not in here comes from {@code defaults}, section by section. */
    Fields over(Fields defaults) {
      Map<String, Value> merged = new LinkedHashMap<>(defaults.values);
      values.forEach((key, value) ->
          merged.merge(
              key,
              value,
              (inherited, own) ->
                  own instanceof Fields mine && inherited instanceof Fields theirs
                      ? mine.over(theirs)
                      : own));
      return new Fields(place, path, merged);
    }
  }

  /** On one line and of a length that leaves a message readable. */
  static String quoted(String text) {
    StringBuilder shown = new StringBuilder("\"");
    text.chars()
        .limit(80)
        .forEach(c -> {
          if (Character.isISOControl(c) || Character.getType(c) == Character.LINE_SEPARATOR) {
            shown.append(String.format("\\u%04x", c));
          } else {
            shown.append((char) c);
          }
        });
    return shown.append(text.length() > 80 ? "...\"" : "\"").toString();
  }
}
