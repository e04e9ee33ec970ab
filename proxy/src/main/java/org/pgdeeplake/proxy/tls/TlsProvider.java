package org.pgdeeplake.proxy.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.Version;
import java.security.NoSuchAlgorithmException;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.pgdeeplake.proxy.config.ProxyConfig;

/** Who does the cryptography. */
public enum TlsProvider {
  /** BoringSSL: faster. */
  OPENSSL,
  JDK;

  static {
    // As BoringSSL and PostgreSQL do; Java would let a client have new keys made over and over.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
  }

  /** What works on this machine. */
  public static TlsProvider best() {
    return OpenSsl.isAvailable() ? OPENSSL : JDK;
  }

  /** The best where TLS is spoken; otherwise there is no need to load BoringSSL. */
  static TlsProvider of(ProxyConfig config) {
    boolean tls =
        config.frontends().stream().anyMatch(frontend -> frontend.tls().terminates())
            || config.backends().stream().anyMatch(backend -> backend.tls().on())
            || (config.scaler() != null && config.scaler().tls() != null);
    return tls ? best() : JDK;
  }

  /** For the log. */
  public String describe() {
    return switch (this) {
      // It has no version but that of who brings it.
      case OPENSSL -> "%s of Netty %s".formatted(OpenSsl.versionString(), nettyVersion());
      case JDK ->
          OpenSsl.isAvailable()
              ? "Java " + Runtime.version()
              : "Java %s, since OpenSSL does not work here: %s"
                  .formatted(Runtime.version(), TlsFailure.reason(OpenSsl.unavailabilityCause()));
    };
  }

  private static String nettyVersion() {
    Version handler = Version.identify().get("netty-handler");
    return handler == null ? "(unknown)" : handler.artifactVersion();
  }

  SslProvider netty() {
    // Not OPENSSL, which would leave the native memory to finalizers.
    return this == OPENSSL ? SslProvider.OPENSSL_REFCNT : SslProvider.JDK;
  }

  /** By their JSSE names. */
  Set<String> cipherSuites() {
    if (this == OPENSSL) {
      return OpenSsl.availableJavaCipherSuites();
    }
    try {
      return Set.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no TLS", e);
    }
  }
}
