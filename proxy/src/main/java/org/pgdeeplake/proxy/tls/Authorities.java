package org.pgdeeplake.proxy.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;

/** A bundle of certificates that sign others. */
final class Authorities {
  private Authorities() {}

  /**
   * @param warnings gets those that have expired, which a bundle may well hold
   * @throws TlsFileException where none of them is valid now
   */
  static List<X509Certificate> load(PemFile file, Consumer<String> warnings)
      throws TlsFileException {
    List<X509Certificate> all = file.certificates();
    List<X509Certificate> valid = all.stream().filter(Authorities::valid).toList();
    for (X509Certificate certificate : all) {
      if (!valid.contains(certificate)) {
        String what = describe(certificate);
        if (valid.isEmpty()) {
          throw file.problem(what + "; give one that is valid now");
        }
        warnings.accept(file.describe(what));
      }
    }
    return all;
  }

  static boolean valid(X509Certificate certificate) {
    try {
      certificate.checkValidity();
      return true;
    } catch (CertificateException _) {
      return false;
    }
  }

  private static String describe(X509Certificate certificate) {
    return "the certificate of %s is valid only from %s to %s"
        .formatted(
            Identity.name(certificate),
            certificate.getNotBefore().toInstant(),
            certificate.getNotAfter().toInstant());
  }
}
