package org.pgdeeplake.proxy.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of a PEM file (RFC 7468).
 *
 * @param label as {@code CERTIFICATE}
 * @param encrypted whether a passphrase protects it
 * @param base64 what is in it; empty where it is encrypted
 */
record Pem(String label, boolean encrypted, String base64) {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  /** RFC 1421; only old encrypted keys have headers. */
  private static final Pattern HEADER = Pattern.compile("(?m)^[A-Za-z-]+:.*$");

  private static final Pattern SPACE = Pattern.compile("\\s+");

  /** What stands between the blocks is a comment, as {@code openssl x509 -text} writes. */
  static List<Pem> parse(byte[] content) throws TlsFileException {
    List<Pem> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(new String(content, ISO_8859_1));
    while (matcher.find()) {
      blocks.add(block(matcher.group(1), matcher.group(2)));
    }
    return List.copyOf(blocks);
  }

  private static Pem block(String label, String body) throws TlsFileException {
    if (label.startsWith("ENCRYPTED ") || body.contains("ENCRYPTED")) {
      return new Pem(label, true, "");
    }
    String base64 = SPACE.matcher(HEADER.matcher(body).replaceAll("")).replaceAll("");
    try {
      byte[] _ = Base64.getDecoder().decode(base64);
      return new Pem(label, false, base64);
    } catch (IllegalArgumentException _) {
      throw new TlsFileException("the block " + label + " is not base64; write the file again");
    }
  }

  byte[] der() {
    return Base64.getDecoder().decode(base64);
  }

  boolean isCertificate() {
    return label.equals("CERTIFICATE")
        || label.equals("X509 CERTIFICATE")
        || label.equals("TRUSTED CERTIFICATE");
  }

  boolean isKey() {
    return label.endsWith("PRIVATE KEY");
  }
}
