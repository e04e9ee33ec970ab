package org.pgdeeplake.manager.demand;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * One line of the proxy's demand stream; fields not named here are the proxy's own business.
 *
 * @param demand everything that wants an instance: waiters, those that just gave up, live sessions
 * @param waiting sessions that no server could take yet
 */
public record Demand(long demand, long waiting) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A missing number is an error and not 0, since 0 would stop instances.
   *
   * @throws IOException the line is something else
   */
  static Demand parse(String line) throws IOException {
    try {
      JsonNode node = JSON.readTree(line);
      return new Demand(count(node, "demand", line), count(node, "waiting", line));
    } catch (JsonProcessingException e) {
      throw new IOException("not JSON: " + abbreviated(line), e);
    }
  }

  private static long count(JsonNode node, String name, String line) throws IOException {
    JsonNode value = node.path(name);
    if (!value.isIntegralNumber() || value.longValue() < 0) {
      throw new IOException("no \"" + name + "\" in " + abbreviated(line));
    }
    return value.longValue();
  }

  private static String abbreviated(String line) {
    return line.length() <= 100 ? line : line.substring(0, 100) + "…";
  }
}
