package org.pgdeeplake.proxy.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TLS from the proxy to servers.
 *
 * @param ca who signs the certificates of servers; null: who Java trusts
 * @param sharedCertificate whether the servers must show the very certificate that the frontends
 *     show
 * @param certificate what the proxy shows to servers that ask; null: nothing
 * @param minVersion TLSv1.2 or TLSv1.3
 * @param ciphers by their JSSE names; empty: the proxy's own choice
 */
public record BackendTls(
    Mode mode,
    @Nullable FileSetting ca,
    boolean sharedCertificate,
    @Nullable CertificateSource certificate,
    String minVersion,
    List<String> ciphers) {

  /** Whether TLS is spoken with servers at all. */
  public boolean on() {
    return mode != Mode.OFF;
  }

  /** As libpq's {@code sslmode}. */
  public enum Mode {
    OFF,
    /** Plain text where the server has no TLS. */
    PREFER,
    /** Whatever the server's certificate is. */
    REQUIRE,
    /** The certificate is signed by the {@code ca}. */
    VERIFY_CA,
    /** And made out for the name in the server's address. */
    VERIFY_FULL;

    /** As it is written in a file. */
    public String word() {
      return Section.word(this);
    }

    public boolean verifies() {
      return this == VERIFY_CA || this == VERIFY_FULL;
    }
  }
}
