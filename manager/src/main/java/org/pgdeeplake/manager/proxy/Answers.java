package org.pgdeeplake.manager.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.List;

/**
 * The proxy's JSON as records. What is not known is ignored; what is missing is an error and never
 * 0, since 0 sessions would let somebody stop a server.
 */
final class Answers {
  private static final int LONGEST_QUOTE = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .build();

  private Answers() {}

  static JsonNode tree(String place, String text) throws ProxyFailed {
    try {
      JsonNode node = MAPPER.readTree(text);
      if (node.isObject()) {
        return node;
      }
    } catch (JsonProcessingException _) {
      // Said below.
    }
    throw new ProxyFailed.Unexpected(
        "%s answers as no proxy does: %s".formatted(place, abbreviated(text)));
  }

  static <T> Answer<T> one(String place, JsonNode json, Class<T> type) throws ProxyFailed {
    return new Answer<>(value(place, json, type), json);
  }

  static <T> Answer<List<T>> list(String place, JsonNode json, String name, Class<T> type)
      throws ProxyFailed {
    if (!json.path(name).isArray()) {
      throw new ProxyFailed.Unexpected(
          "%s answers without \"%s\": is it another version?".formatted(place, name));
    }
    List<T> values = new ArrayList<>();
    for (JsonNode each : json.path(name)) {
      values.add(value(place, each, type));
    }
    return new Answer<>(List.copyOf(values), json);
  }

  private static <T> T value(String place, JsonNode json, Class<T> type) throws ProxyFailed {
    try {
      return MAPPER.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      String why = e.getOriginalMessage();
      throw new ProxyFailed.Unexpected(
          "%s answers otherwise than expected; is it another version? %s".formatted(place, why));
    }
  }

  static String abbreviated(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
  }
}
