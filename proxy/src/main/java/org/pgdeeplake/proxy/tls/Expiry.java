package org.pgdeeplake.proxy.tls;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate that ends soon or has ended.
 *
 * @param over whether it has
 * @param text for the user
 */
record Expiry(boolean over, String text) {
  private static final Duration SOON = Duration.ofDays(30);

  static List<Expiry> of(Loaded<?> loaded, Instant now) {
    List<Expiry> found = new ArrayList<>();
    for (X509Certificate certificate : loaded.get().watched()) {
      Instant end = certificate.getNotAfter().toInstant();
      String what =
          "%s: the certificate of %s, serial %s, "
              .formatted(loaded.owner(), Identity.name(certificate), Identity.serial(certificate));
      if (end.isBefore(now)) {
        found.add(new Expiry(true, what + "expired at " + end));
      } else if (end.isBefore(now.plus(SOON))) {
        long days = Duration.between(now, end).toDays();
        found.add(new Expiry(false, what + "expires in " + days + " days, at " + end));
      }
    }
    return found;
  }
}
