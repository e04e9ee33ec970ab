package org.pgdeeplake.proxy.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** As much of ASN.1's DER as it takes to turn older forms of private keys into PKCS#8. */
final class Der {
  private static final int INTEGER = 0x02;
  private static final int OCTETS = 0x04;
  private static final int OBJECT = 0x06;
  private static final int SEQUENCE = 0x30;
  private static final int CONTEXT_0 = 0xA0;

  private static final byte[] VERSION_0 = {INTEGER, 1, 0};

  /** {@code rsaEncryption} with its NULL: RFC 8017 appendix C. */
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");

  /** {@code id-ecPublicKey}: RFC 5480. */
  private static final byte[] EC = HexFormat.of().parseHex("06072a8648ce3d0201");

  private Der() {}

  /**
   * @param key RSAPrivateKey, RFC 8017
   */
  static byte[] pkcs8FromRsa(byte[] key) {
    return tagged(SEQUENCE, VERSION_0, RSA, tagged(OCTETS, key));
  }

  /**
   * @param key ECPrivateKey, RFC 5915; null where it does not name its curve
   */
  static byte @Nullable [] pkcs8FromEc(byte[] key) {
    byte[] curve = curve(key);
    return curve == null
        ? null
        : tagged(SEQUENCE, VERSION_0, tagged(SEQUENCE, EC, curve), tagged(OCTETS, key));
  }

  private static byte @Nullable [] curve(byte[] key) {
    try {
      ByteBuffer fields = content(ByteBuffer.wrap(key), SEQUENCE);
      while (fields.hasRemaining()) {
        int tag = fields.get(fields.position()) & 0xFF;
        ByteBuffer field = content(fields, tag);
        if (tag == CONTEXT_0 && (field.get(field.position()) & 0xFF) == OBJECT) {
          byte[] curve = new byte[field.remaining()];
          field.get(curve);
          return curve;
        }
      }
    } catch (RuntimeException _) {
      // Not DER, or cut off.
    }
    return null;
  }

  /** Of the next element, which is skipped. */
  private static ByteBuffer content(ByteBuffer in, int tag) {
    if ((in.get() & 0xFF) != tag) {
      throw new IllegalArgumentException("not tag " + tag);
    }
    int length = in.get() & 0xFF;
    if (length > 0x7F) {
      int bytes = length & 0x7F;
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = (length << Byte.SIZE) | (in.get() & 0xFF);
      }
    }
    ByteBuffer content = in.duplicate();
    content.limit(in.position() + length);
    in.position(content.limit());
    return content;
  }

  private static byte[] tagged(int tag, byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length > 0xFF) {
      out.write(0x82);
      out.write(length >> Byte.SIZE);
    } else if (length > 0x7F) {
      out.write(0x81);
    }
    out.write(length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
