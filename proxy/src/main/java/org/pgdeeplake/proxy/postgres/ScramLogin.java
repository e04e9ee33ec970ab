package org.pgdeeplake.proxy.postgres;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server's side of one login with SCRAM-SHA-256 (RFC 5802, 5; RFC 7677), without channel
 * binding. A user that there is not goes through the same exchange and fails at its end. A message
 * that is none of SCRAM's is a {@link Malformed}. Not thread-safe.
 */
public final class ScramLogin {
  public static final String MECHANISM = "SCRAM-SHA-256";

  private static final int NONCE_BYTES = 18;

  // What stands in the name is ignored, as PostgreSQL does: the StartupMessage has it.
  private static final Pattern FIRST =
      Pattern.compile("([ny],,)(n=[^,]*,r=([\\x21-\\x2b\\x2d-\\x7e]{1,1024})(?:,.*)?)");
  private static final Pattern LAST =
      Pattern.compile("(c=([^,]*),r=([^,]*)(?:,.*)?),p=([A-Za-z0-9+/]+={0,2})");

  private final ScramVerifier verifier;
  private final boolean known;
  private String header = "";
  private String nonce = "";
  private String soFar = "";

  /** A message that breaks SCRAM's rules; the text is for the client. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }

  private ScramLogin(ScramVerifier verifier, boolean known) {
    this.verifier = verifier;
    this.known = known;
  }

  /**
   * @param verifier of the one user there is
   * @param known whether it is that user; a mock takes the verifier's place if not
   * @param secret of the server, the same for every login while it runs
   */
  public static ScramLogin begin(
      ScramVerifier verifier, boolean known, byte[] secret, String user) {
    // Made for both: the time must not tell whether there is such a user.
    ScramVerifier mock = verifier.mock(secret, user);
    return new ScramLogin(known ? verifier : mock, known);
  }

  /** Answers the client's first message. */
  public String first(String clientFirst) throws Malformed {
    byte[] random = new byte[NONCE_BYTES];
    new SecureRandom().nextBytes(random);
    return first(clientFirst, Base64.getEncoder().encodeToString(random));
  }

  String first(String clientFirst, String serverNonce) throws Malformed {
    Matcher parts = FIRST.matcher(clientFirst);
    if (!parts.matches()) {
      throw new Malformed(
          clientFirst.startsWith("p=")
              ? "there is no channel binding without TLS"
              : "malformed SCRAM message: not a client-first-message");
    }
    header = parts.group(1);
    nonce = parts.group(3) + serverNonce;
    String answer = "r=" + nonce + ",s=" + verifier.salt() + ",i=" + verifier.iterations();
    soFar = parts.group(2) + "," + answer;
    return answer;
  }

  /** Answers the client's last message; empty where it does not show the password. */
  public Optional<String> last(String clientFinal) throws Malformed {
    Matcher parts = LAST.matcher(clientFinal);
    if (!parts.matches()) {
      throw new Malformed("malformed SCRAM message: not a client-final-message");
    }
    String binding = Base64.getEncoder().encodeToString(header.getBytes(StandardCharsets.US_ASCII));
    if (!parts.group(2).equals(binding)) {
      throw new Malformed("malformed SCRAM message: the channel binding changed");
    }
    if (!parts.group(3).equals(nonce)) {
      throw new Malformed("malformed SCRAM message: the nonce does not match");
    }
    byte[] message = (soFar + "," + parts.group(1)).getBytes(StandardCharsets.UTF_8);
    if (!verifier.proves(decoded(parts.group(4)), message) || !known) {
      return Optional.empty();
    }
    return Optional.of("v=" + Base64.getEncoder().encodeToString(verifier.signature(message)));
  }

  private static byte[] decoded(String proof) throws Malformed {
    try {
      return Base64.getDecoder().decode(proof);
    } catch (IllegalArgumentException _) {
      throw new Malformed("malformed SCRAM message: the proof is not base64");
    }
  }
}
