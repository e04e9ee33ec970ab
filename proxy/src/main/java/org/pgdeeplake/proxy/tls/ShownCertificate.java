package org.pgdeeplake.proxy.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import org.pgdeeplake.proxy.traffic.TlsTraffic.Side;

/**
 * A certificate that the proxy shows.
 *
 * @param proxy the frontend or backend
 */
public record ShownCertificate(String proxy, Side side, X509Certificate certificate) {
  /** As openssl writes it. */
  public String serial() {
    return Identity.serial(certificate);
  }

  /** Those of {@code next} that take the place of one of {@code now}; a line each. */
  static List<String> replacements(List<ShownCertificate> now, List<ShownCertificate> next) {
    return next.stream()
        .filter(one -> now.stream().anyMatch(one::isOfSameOwner) && !now.contains(one))
        .map(ShownCertificate::line)
        .toList();
  }

  private boolean isOfSameOwner(ShownCertificate other) {
    return proxy.equals(other.proxy) && side == other.side;
  }

  private String line() {
    return "%s %s: shows the certificate of %s, serial %s"
        .formatted(side.label(), proxy, Identity.name(certificate), serial());
  }
}
