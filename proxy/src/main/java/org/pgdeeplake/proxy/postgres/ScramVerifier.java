package org.pgdeeplake.proxy.postgres;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a server keeps of a password (RFC 5802, 3; RFC 7677). Nothing of it shows in {@link
 * #toString}. Any thread.
 */
public final class ScramVerifier {
  /** What PostgreSQL's stored form begins with. */
  private static final String PREFIX = "SCRAM-SHA-256$";

  /** The fewest that RFC 7677 allows, and what PostgreSQL does. */
  static final int MIN_ITERATIONS = 4096;

  private static final int KEY_BYTES = 32;
  private static final int SALT_BYTES = 16;
  private static final String BASE64 = "([A-Za-z0-9+/]+={0,2})";
  private static final Pattern STORED =
      Pattern.compile(
          Pattern.quote(PREFIX) + "([0-9]{1,9}):" + BASE64 + "\\$" + BASE64 + ":" + BASE64);

  private final int iterations;
  private final byte[] salt;
  private final byte[] storedKey;
  private final byte[] serverKey;

  private ScramVerifier(int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    this.iterations = iterations;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /**
   * @param password in plain text, or in the form in which PostgreSQL keeps it; plain text costs
   *     some milliseconds
   * @throws IllegalArgumentException where it begins as the stored form and is none; the message is
   *     for the user and has nothing of it
   */
  public static ScramVerifier of(String password) {
    if (password.startsWith(PREFIX)) {
      return parse(password);
    }
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    return derive(password, salt, MIN_ITERATIONS);
  }

  static ScramVerifier derive(String password, byte[] salt, int iterations) {
    byte[] salted = salted(SaslPrep.prepare(password), salt, iterations);
    byte[] clientKey = hmac(salted, "Client Key".getBytes(StandardCharsets.US_ASCII));
    byte[] serverKey = hmac(salted, "Server Key".getBytes(StandardCharsets.US_ASCII));
    return new ScramVerifier(iterations, salt, sha256(clientKey), serverKey);
  }

  private static ScramVerifier parse(String stored) {
    Matcher parts = STORED.matcher(stored);
    if (!parts.matches()) {
      throw malformed("write SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>");
    }
    int iterations = Integer.parseInt(parts.group(1));
    if (iterations < MIN_ITERATIONS) {
      throw malformed("at least " + MIN_ITERATIONS + " iterations are needed");
    }
    byte[] salt = decoded(parts.group(2));
    byte[] storedKey = decoded(parts.group(3));
    byte[] serverKey = decoded(parts.group(4));
    if (storedKey.length != KEY_BYTES || serverKey.length != KEY_BYTES) {
      throw malformed("StoredKey and ServerKey are of 32 bytes each");
    }
    return new ScramVerifier(iterations, salt, storedKey, serverKey);
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      throw malformed("salt and keys must be base64");
    }
  }

  private static IllegalArgumentException malformed(String right) {
    return new IllegalArgumentException(
        "begins as a SCRAM verifier of PostgreSQL, but is none; "
            + right
            + ", or the password itself");
  }

  /**
   * One that no password fits, for a user that there is not: its salt stays the same for a name, so
   * that nobody can tell it from a real one.
   *
   * @param secret the server's own
   */
  ScramVerifier mock(byte[] secret, String user) {
    byte[] random = hmac(secret, user.getBytes(StandardCharsets.UTF_8));
    byte[] mockSalt = new byte[salt.length];
    byte[] block = random;
    for (int at = 0; at < mockSalt.length; at += KEY_BYTES) {
      System.arraycopy(block, 0, mockSalt, at, Math.min(KEY_BYTES, mockSalt.length - at));
      block = hmac(secret, block);
    }
    return new ScramVerifier(iterations, mockSalt, hmac(random, secret), hmac(secret, random));
  }

  int iterations() {
    return iterations;
  }

  String salt() {
    return Base64.getEncoder().encodeToString(salt);
  }

  /** Whether {@code proof} shows the password; takes as long whether it does or not. */
  boolean proves(byte[] proof, byte[] authMessage) {
    byte[] key = hmac(storedKey, authMessage);
    boolean whole = proof.length == key.length;
    for (int i = 0; i < key.length; i++) {
      key[i] ^= whole ? proof[i] : 0;
    }
    return MessageDigest.isEqual(sha256(key), storedKey) && whole;
  }

  byte[] signature(byte[] authMessage) {
    return hmac(serverKey, authMessage);
  }

  @Override
  public String toString() {
    return "ScramVerifier[***]";
  }

  private static byte[] salted(String password, byte[] salt, int iterations) {
    PBEKeySpec spec =
        new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BYTES * Byte.SIZE);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no PBKDF2WithHmacSHA256", e);
    }
  }

  private static byte[] hmac(byte[] key, byte[] data) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256", e);
    }
  }

  private static byte[] sha256(byte[] data) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
