package org.pgdeeplake.proxy.peers;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a peer shows instead of the secret.
 *
 * @param time in seconds since 1970
 * @param nonce for this request only
 * @param mac over the request, the time and the nonce
 */
record Authorization(long time, String nonce, String mac) {
  private static final Pattern HEADER =
      Pattern.compile(
          "PgProxy-HMAC-SHA256 time=([0-9]{1,12}), nonce=([0-9a-f]{32}), mac=([0-9a-f]{64})");
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int NONCE_BYTES = 16;

  /** Of a request as it is sent; the URI with its query. */
  static Authorization of(Signature signature, String method, String uri, String body, long time) {
    byte[] random = new byte[NONCE_BYTES];
    RANDOM.nextBytes(random);
    String nonce = HexFormat.of().formatHex(random);
    return new Authorization(time, nonce, mac(signature, method, uri, body, time, nonce));
  }

  private static String mac(
      Signature signature, String method, String uri, String body, long time, String nonce) {
    return signature.of("request", method, uri, body, String.valueOf(time), nonce);
  }

  /** Of a header's value; empty where it is none. */
  static Optional<Authorization> parse(String header) {
    Matcher form = HEADER.matcher(header);
    return form.matches()
        ? Optional.of(
            new Authorization(Long.parseLong(form.group(1)), form.group(2), form.group(3)))
        : Optional.empty();
  }

  boolean signs(Signature signature, String method, String uri, String body) {
    return signature.matches(mac, "request", method, uri, body, String.valueOf(time), nonce);
  }

  String header() {
    return "PgProxy-HMAC-SHA256 time=" + time + ", nonce=" + nonce + ", mac=" + mac;
  }

  @Override
  public String toString() {
    return "Authorization[nonce=" + nonce + "]";
  }
}
