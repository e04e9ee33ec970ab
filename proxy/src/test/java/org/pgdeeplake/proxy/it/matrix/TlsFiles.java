package org.pgdeeplake.proxy.it.matrix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pgdeeplake.proxy.support.TestCertificate;

/**
 * One authority and one certificate of it for localhost, which the proxy and its servers show.
 *
 * @param ca what clients trust, PEM
 * @param pem the certificate and its key in one file
 */
record TlsFiles(TestCertificate certificate, Path ca, Path pem) {
  static TlsFiles in(Path directory) {
    try {
      TestCertificate authority = TestCertificate.authority("matrix");
      TestCertificate certificate = authority.issue();
      return new TlsFiles(
          certificate,
          Files.writeString(directory.resolve("ca.pem"), authority.chain()),
          Files.writeString(
              directory.resolve("server.pem"), certificate.chain() + certificate.key()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
