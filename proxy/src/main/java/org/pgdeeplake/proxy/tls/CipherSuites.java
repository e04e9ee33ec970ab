package org.pgdeeplake.proxy.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.pgdeeplake.proxy.config.Spelling;

/** Which cipher suites are offered. */
final class CipherSuites {
  private static final Set<String> TLS_1_3 =
      Set.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /**
   * Mozilla's "intermediate" without finite-field Diffie-Hellman: forward secrecy and AEAD only.
   */
  private static final List<String> DEFAULT =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private CipherSuites() {}

  /**
   * @param owner for messages
   * @param configured by their JSSE names; empty: our choice
   * @throws TlsFileException where one is unknown, or none is left for {@code minVersion}
   */
  static List<String> choose(
      String owner, List<String> configured, String minVersion, TlsProvider provider)
      throws TlsFileException {
    Set<String> available = provider.cipherSuites();
    if (configured.isEmpty()) {
      return DEFAULT.stream().filter(available::contains).toList();
    }
    String key = owner + ": tls.ciphers: ";
    List<String> problems = new ArrayList<>();
    for (String name : configured) {
      if (!available.contains(name)) {
        problems.add(
            key + "no cipher suite " + name + " here" + Spelling.didYouMean(name, available));
      }
    }
    List<String> modern = configured.stream().filter(TLS_1_3::contains).toList();
    if (modern.isEmpty() && minVersion.equals("TLSv1.3")) {
      problems.add(key + "none of them is of TLS 1.3, which min-version asks for; add " + all());
    }
    // BoringSSL would use all of them without a word.
    if (provider == TlsProvider.OPENSSL
        && !modern.isEmpty()
        && !Set.copyOf(modern).equals(TLS_1_3)) {
      problems.add(
          key
              + "OpenSSL (BoringSSL) takes all suites of TLS 1.3 or none; write all of "
              + all()
              + ", or none of them to have TLS 1.2 only");
    }
    if (!problems.isEmpty()) {
      throw new TlsFileException(problems);
    }
    return configured;
  }

  private static String all() {
    return String.join(", ", TLS_1_3.stream().sorted().toList());
  }
}
