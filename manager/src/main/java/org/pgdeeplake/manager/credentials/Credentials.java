package org.pgdeeplake.manager.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Refused;
import org.pgdeeplake.manager.deployment.StartCredentials;

/**
 * What {@code deeplake.creds} is to be.
 *
 * @param sessionToken null: keys that do not expire have none
 */
public record Credentials(
    String accessKeyId, String secretAccessKey, @Nullable String sessionToken) {
  /** ASCII only: then it is the same text in every database encoding. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private static final int SHOWN = 4;

  /**
   * @throws Refused a value is empty or cannot be right; the message does not show it
   */
  public static Credentials of(
      String accessKeyId, String secretAccessKey, @Nullable String sessionToken) throws Refused {
    requireSensible("the access key id", accessKeyId);
    requireSensible("the secret access key", secretAccessKey);
    if (sessionToken != null && !sessionToken.isEmpty()) {
      requireSensible("the session token", sessionToken);
      return new Credentials(accessKeyId, secretAccessKey, sessionToken);
    }
    return new Credentials(accessKeyId, secretAccessKey, null);
  }

  private static void requireSensible(String what, String value) throws Refused {
    if (value.isBlank()) {
      throw new Refused(what + " is empty");
    }
    if (value.chars().anyMatch(Character::isISOControl)) {
      throw new Refused(what + " has a line break or another control character in it");
    }
    if (!value.strip().equals(value)) {
      throw new Refused(what + " begins or ends with a space");
    }
  }

  /** By the names that an instance's environment has for them; "" for no session token. */
  Map<String, String> environment() {
    return Map.of(
        StartCredentials.ID, accessKeyId,
        StartCredentials.SECRET, secretAccessKey,
        StartCredentials.TOKEN, sessionToken == null ? "" : sessionToken);
  }

  String json() {
    ObjectNode node =
        JsonNodeFactory.instance
            .objectNode()
            .put("aws_access_key_id", accessKeyId)
            .put("aws_secret_access_key", secretAccessKey);
    if (sessionToken != null) {
      node.put("session_token", sessionToken);
    }
    try {
      return MAPPER.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON of three strings", e);
    }
  }

  /** A whole postgresql.conf: in its strings a backslash escapes, unlike in SQL's. */
  String configuration() {
    return "deeplake.creds = '" + json().replace("\\", "\\\\").replace("'", "''") + "'\n";
  }

  /** Enough to tell one key from another. The id is no secret, but a log need not have it. */
  public String maskedId() {
    return "…" + accessKeyId.substring(Math.max(0, accessKeyId.length() - SHOWN));
  }

  /** A record's own would print the secrets. */
  @Override
  public String toString() {
    return "Credentials of " + maskedId();
  }
}
