package org.pgdeeplake.chart;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** values.yaml with its comments in the style of helm-docs: {@code # --} before a key. */
final class ValuesFile {
  private static final Pattern KEY = Pattern.compile("( *)([A-Za-z][\\w]*):.*");
  private static final Pattern COMMENT = Pattern.compile(" *# -- (.*)");
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final Map<?, ?> values;
  private final Map<String, String> comments = new LinkedHashMap<>();

  ValuesFile(String text) {
    values =
        (Map<?, ?>)
            Objects.requireNonNull(new Load(LoadSettings.builder().build()).loadFromString(text));
    List<String> path = new ArrayList<>();
    @Nullable String comment = null;
    for (String line : text.lines().toList()) {
      Matcher said = COMMENT.matcher(line);
      Matcher key = KEY.matcher(line);
      if (said.matches()) {
        comment = said.group(1);
      } else if (key.matches()) {
        while (path.size() > key.group(1).length() / 2) {
          path.removeLast();
        }
        path.add(key.group(2));
        if (comment != null) {
          comments.put(String.join(".", path), comment);
          comment = null;
        }
      }
    }
  }

  /** Of the keys that have a comment. */
  List<String> paths() {
    return List.copyOf(comments.keySet());
  }

  String table() {
    StringBuilder table = new StringBuilder("| key | default | meaning |\n| --- | --- | --- |\n");
    comments.forEach((path, comment) ->
        table.append("| `%s` | `%s` | %s |\n".formatted(path, GSON.toJson(at(path)), comment)));
    return table.toString().replace("<", "&lt;");
  }

  /** Keys without a comment that are in no value with one. */
  List<String> unexplained() {
    List<String> found = new ArrayList<>();
    look("", values, found);
    return found;
  }

  private void look(String path, @Nullable Object value, List<String> found) {
    if (comments.containsKey(path)) {
      return;
    }
    if (value instanceof Map<?, ?> map && !map.isEmpty()) {
      map.forEach((key, inner) -> look(path.isEmpty() ? "" + key : path + "." + key, inner, found));
    } else {
      found.add(path);
    }
  }

  private @Nullable Object at(String path) {
    @Nullable Object here = values;
    for (String key : path.split("\\.", -1)) {
      here = ((Map<?, ?>) Objects.requireNonNull(here)).get(key);
    }
    return here;
  }
}
