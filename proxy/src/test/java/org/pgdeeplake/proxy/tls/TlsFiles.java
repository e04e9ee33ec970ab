package org.pgdeeplake.proxy.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.FrontendTls.ClientCertificate;
import org.pgdeeplake.proxy.support.TestCertificate;

/** Certificates in a directory, and configurations that name them. */
record TlsFiles(Path directory) {
  static final String WHERE = "proxy.conf:3: proxy.frontends.f.tls.certificate";

  FileSetting file(String name, String... content) {
    Path path = directory.resolve(name);
    try {
      Files.writeString(path, String.join("\n", content));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new FileSetting(path, WHERE);
  }

  /** In one file. */
  CertificateSource combined(String name, TestCertificate certificate) {
    return new CertificateSource(file(name, certificate.chain(), certificate.key()), null);
  }

  static FrontendTls frontend(CertificateSource... certificates) {
    return frontend(null, ClientCertificate.OPTIONAL, certificates);
  }

  static FrontendTls frontend(
      @Nullable FileSetting clientCa, ClientCertificate need, CertificateSource... certificates) {
    return new FrontendTls(
        FrontendTls.Mode.TERMINATE,
        false,
        List.of(certificates),
        clientCa,
        need,
        "TLSv1.2",
        List.of());
  }

  static BackendTls backend(BackendTls.Mode mode, @Nullable FileSetting ca) {
    return backend(mode, ca, null);
  }

  static BackendTls backend(
      BackendTls.Mode mode, @Nullable FileSetting ca, @Nullable CertificateSource certificate) {
    return new BackendTls(mode, ca, false, certificate, "TLSv1.2", List.of());
  }
}
