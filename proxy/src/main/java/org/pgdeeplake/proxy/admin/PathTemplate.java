package org.pgdeeplake.proxy.admin;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A path in which a name in braces stands for one segment, as in OpenAPI: {@code /a/{b}/c}. */
record PathTemplate(String text) {

  /**
   * What the names stand for, decoded; null where the path is another one.
   *
   * @param path as it was sent, without the query
   */
  @Nullable Map<String, String> match(String path) {
    List<String> wanted = segments(text);
    List<String> given = segments(path);
    if (wanted.size() != given.size()) {
      return null;
    }
    Map<String, String> places = new LinkedHashMap<>();
    for (int i = 0; i < wanted.size(); i++) {
      String segment = wanted.get(i);
      if (segment.startsWith("{")) {
        String value = decoded(given.get(i));
        if (value == null || value.isEmpty()) {
          return null;
        }
        places.put(segment.substring(1, segment.length() - 1), value);
      } else if (!segment.equals(given.get(i))) {
        return null;
      }
    }
    return places;
  }

  private static @Nullable String decoded(String segment) {
    try {
      return QueryStringDecoder.decodeComponent(segment);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static List<String> segments(String path) {
    return List.of(path.split("/", -1));
  }
}
