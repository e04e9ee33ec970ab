package org.pgdeeplake.proxy.config;

import org.jspecify.annotations.Nullable;

/**
 * Where a certificate chain and its private key are, in PEM.
 *
 * @param key null where the key is in the same file
 */
public record CertificateSource(FileSetting certificate, @Nullable FileSetting key) {
  CertificateSource anywhere() {
    return new CertificateSource(certificate.anywhere(), key == null ? null : key.anywhere());
  }
}
