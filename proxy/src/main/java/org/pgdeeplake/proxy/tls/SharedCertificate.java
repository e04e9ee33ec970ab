package org.pgdeeplake.proxy.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.config.FrontendConfig;

/**
 * The one certificate that a backend's servers have in common with its frontends ({@code
 * shared-certificate}).
 *
 * @param frontends that terminate TLS
 * @param acceptors of frontends by their names
 */
record SharedCertificate(
    String backend,
    List<FrontendConfig> frontends,
    Function<String, @Nullable TlsAcceptor> acceptors) {

  /** All that the frontends show. */
  List<X509Certificate> certificates() {
    return frontends.stream()
        .flatMap(frontend -> acceptor(frontend).certificates().stream())
        .toList();
  }

  /** Frontends that show another one than the first does; a line each. */
  List<String> contradictions() {
    FrontendConfig first = frontends.getFirst();
    return frontends.stream()
        .filter(other -> !acceptor(other).certificate().equals(acceptor(first).certificate()))
        .map(other -> contradiction(first, other))
        .toList();
  }

  private String contradiction(FrontendConfig first, FrontendConfig other) {
    FileSetting file = other.tls().certificates().getFirst().certificate();
    return ("%s: %s: not the certificate of frontend %s, but the servers of backend %s share"
            + " one with both (shared-certificate = true); give both frontends the same")
        .formatted(file.where(), file.path(), first.name(), backend);
  }

  private TlsAcceptor acceptor(FrontendConfig frontend) {
    return Objects.requireNonNull(acceptors.apply(frontend.name()));
  }
}
