package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The client's side of SCRAM-SHA-256 (RFC 5802, 3), for a {@link RawClient} at the console. */
public final class ConsoleLogin {
  private static final String FIRST = "n=,r=clientnonce";

  private ConsoleLogin() {}

  /** A client that has logged in and read up to ReadyForQuery. */
  public static RawClient open(InetSocketAddress address, String user, String password)
      throws IOException {
    RawClient client = RawClient.open(address);
    client.send(startup(RawClient.PROTOCOL_3_0, user, "pgproxy"));
    authenticate(client, password);
    client.readUntil('Z');
    return client;
  }

  /** A StartupMessage. */
  public static byte[] startup(int version, String user, String database) {
    byte[] parameters =
        ("user\0" + user + "\0database\0" + database + "\0\0").getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + parameters.length)
        .putInt(8 + parameters.length)
        .putInt(version)
        .put(parameters)
        .array();
  }

  /** From the server's offer up to the proof; what comes of it is not read. */
  public static void authenticate(RawClient client, String password) throws IOException {
    client.send(packet('p', prove(client, password).getBytes(StandardCharsets.UTF_8)));
  }

  /** From the server's offer up to its challenge; returns the last message, which is not sent. */
  public static String prove(RawClient client, String password) throws IOException {
    client.readUntil('R');
    client.send(initial("SCRAM-SHA-256", "n,," + FIRST));
    RawClient.Message message = client.read();
    if (message == null || message.type() != 'R') {
      throw new IOException("the answer to the first message is " + message);
    }
    String challenge =
        new String(message.body(), 4, message.body().length - 4, StandardCharsets.UTF_8);
    return proof(challenge, password);
  }

  public static byte[] initial(String mechanism, String first) {
    byte[] name = (mechanism + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] data = first.getBytes(StandardCharsets.UTF_8);
    return packet(
        'p',
        ByteBuffer.allocate(name.length + 4 + data.length)
            .put(name)
            .putInt(data.length)
            .put(data)
            .array());
  }

  private static String proof(String challenge, String password) {
    List<String> parts = List.of(challenge.split(",", 3));
    byte[] salt = Base64.getDecoder().decode(parts.get(1).substring(2));
    int iterations = Integer.parseInt(parts.get(2).substring(2));
    String withoutProof = "c=biws," + parts.get(0);
    String message = FIRST + "," + challenge + "," + withoutProof;
    try {
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
              .generateSecret(new PBEKeySpec(password.toCharArray(), salt, iterations, 256))
              .getEncoded();
      byte[] key = hmac(salted, "Client Key");
      byte[] signature = hmac(MessageDigest.getInstance("SHA-256").digest(key), message);
      for (int i = 0; i < key.length; i++) {
        key[i] ^= signature[i];
      }
      return withoutProof + ",p=" + Base64.getEncoder().encodeToString(key);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A message of that type. */
  public static byte[] packet(char type, byte[] body) {
    return ByteBuffer.allocate(5 + body.length)
        .put((byte) type)
        .putInt(4 + body.length)
        .put(body)
        .array();
  }
}
