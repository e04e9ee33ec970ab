package org.pgdeeplake.proxy.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.pgdeeplake.proxy.config.CertificateSource;
import org.pgdeeplake.proxy.config.FileSetting;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.FrontendTls;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.Network;
import org.pgdeeplake.proxy.support.TestCertificate;

/** How the proxy meets its clients. */
enum Edge {
  PLAIN,
  /** It ends TLS with OpenSSL. */
  TLS,
  /** The same with Java's own. */
  TLS_OF_JAVA,
  PROXY_HEADER;

  boolean tls() {
    return this == TLS || this == TLS_OF_JAVA;
  }

  /** Of a frontend with it, on a free port of the loopback. */
  FrontendConfig config() {
    return config(new Network(InetAddress.getLoopbackAddress(), 32));
  }

  /**
   * @param balancers who begin with a PROXY header where one is due
   */
  FrontendConfig config(Network balancers) {
    return new FrontendConfig(
        "f",
        new HostPort("127.0.0.1", 0),
        "b",
        FrontendConfig.Mode.POSTGRES,
        100,
        0,
        0,
        this == PROXY_HEADER ? List.of(balancers) : List.of(),
        new FrontendTls(
            tls() ? FrontendTls.Mode.TERMINATE : FrontendTls.Mode.PASSTHROUGH,
            false,
            tls() ? List.of(Certificate.SOURCE) : List.of(),
            null,
            FrontendTls.ClientCertificate.OPTIONAL,
            "TLSv1.2",
            List.of()),
        new FrontendConfig.Timeouts(
            Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofHours(1), Duration.ZERO));
  }

  /** Made for the first that needs it. */
  private static final class Certificate {
    static final CertificateSource SOURCE = new CertificateSource(write(), null);

    private static FileSetting write() {
      try {
        TestCertificate certificate = TestCertificate.authority("Test Root").issue();
        Path file = Files.createTempFile("stage", ".pem");
        file.toFile().deleteOnExit();
        Files.writeString(file, certificate.chain() + certificate.key());
        return new FileSetting(file, "stage");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
