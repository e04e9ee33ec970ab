package org.pgdeeplake.proxy.peers;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.pgdeeplake.proxy.config.Secret;

/** Proof that a text is of somebody who has the secret: HMAC-SHA256. Any thread. */
record Signature(Secret secret) {
  private static final String ALGORITHM = "HmacSHA256";

  /** In hexadecimal; no other parts give the same, wherever one ends and the next begins. */
  String of(String... parts) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret.value().getBytes(UTF_8), ALGORITHM));
      for (String part : parts) {
        byte[] bytes = part.getBytes(UTF_8);
        mac.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        mac.update(bytes);
      }
      return HexFormat.of().formatHex(mac.doFinal());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has it", e);
    }
  }

  /** In the same time, whatever is wrong. */
  boolean matches(String given, String... parts) {
    return MessageDigest.isEqual(given.getBytes(UTF_8), of(parts).getBytes(UTF_8));
  }
}
