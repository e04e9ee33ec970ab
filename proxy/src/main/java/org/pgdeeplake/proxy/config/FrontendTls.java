package org.pgdeeplake.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a client's request for encryption.
 *
 * @param require whether a client that does not ask for TLS is refused; only with TERMINATE
 * @param certificates the first is shown to clients that ask for no name, or for none of ours; not
 *     empty with TERMINATE
 * @param clientCa who signs the certificates of clients; null: none is asked for
 * @param minVersion TLSv1.2 or TLSv1.3
 * @param ciphers by their JSSE names, the preferred first; empty: the proxy's own choice
 */
public record FrontendTls(
    Mode mode,
    boolean require,
    List<CertificateSource> certificates,
    @Nullable FileSetting clientCa,
    ClientCertificate clientCertificate,
    String minVersion,
    List<String> ciphers) {

  /** Whether TLS ends at the proxy. */
  public boolean terminates() {
    return mode == Mode.TERMINATE;
  }

  /** What it says, wherever it is written: equal whatever lines were added above it. */
  public FrontendTls anywhere() {
    return new FrontendTls(
        mode,
        require,
        certificates.stream().map(CertificateSource::anywhere).toList(),
        clientCa == null ? null : clientCa.anywhere(),
        clientCertificate,
        minVersion,
        ciphers);
  }

  public enum Mode {
    /** It travels to a server, whose answer counts. */
    PASSTHROUGH,
    /** The proxy itself speaks TLS with the client. */
    TERMINATE,
    /** The proxy answers {@code N}. */
    OFF
  }

  /** Whether a client must show a certificate; matters only with a {@code clientCa}. */
  public enum ClientCertificate {
    OPTIONAL,
    REQUIRED
  }
}
