package org.pgdeeplake.manager.credentials;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.deployment.Refused;

/**
 * The JSON in which credentials come: of {@code aws sts assume-role}, of {@code aws configure
 * export-credentials}, or of {@code deeplake.creds} itself.
 */
public final class CredentialsReader {
  private static final List<String> IDS =
      List.of("AccessKeyId", "aws_access_key_id", "AWS_ACCESS_KEY_ID");
  private static final List<String> SECRETS =
      List.of("SecretAccessKey", "aws_secret_access_key", "AWS_SECRET_ACCESS_KEY");
  private static final List<String> TOKENS =
      List.of("SessionToken", "session_token", "aws_session_token", "AWS_SESSION_TOKEN");

  private CredentialsReader() {}

  /**
   * @throws Refused what is wrong with the text, without showing it
   */
  public static Credentials read(String text) throws Refused {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      // Its own message shows the text.
      var at = e.getLocation();
      throw new Refused(
          "standard input is no JSON (line %d, column %d); it must be what `aws sts assume-role` prints, or {\"aws_access_key_id\": …, \"aws_secret_access_key\": …, \"session_token\": …}"
              .formatted(at == null ? 1 : at.getLineNr(), at == null ? 1 : at.getColumnNr()));
    }
    JsonNode node = root.path("Credentials").isObject() ? root.path("Credentials") : root;
    String id = first(node, IDS);
    String secret = first(node, SECRETS);
    if (id == null || secret == null) {
      throw new Refused(
          "the JSON on standard input has no "
              + String.join(" or ", id == null ? IDS : SECRETS)
              + " with a text");
    }
    return Credentials.of(id, secret, first(node, TOKENS));
  }

  private static @Nullable String first(JsonNode node, List<String> names) {
    for (String name : names) {
      if (node.path(name).isTextual()) {
        return node.path(name).textValue();
      }
    }
    return null;
  }
}
