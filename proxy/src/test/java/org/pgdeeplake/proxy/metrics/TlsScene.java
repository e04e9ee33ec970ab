package org.pgdeeplake.proxy.metrics;

import java.nio.file.Files;
import java.nio.file.Path;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.tls.TlsEdge;
import org.pgdeeplake.proxy.traffic.TlsTraffic;

/** A frontend that terminates TLS and a backend with TLS, registered. */
record TlsScene(TlsTraffic traffic, TlsEdge edge, TestCertificate certificate)
    implements AutoCloseable {
  static TlsScene open(Metrics metrics) {
    try {
      TestCertificate certificate = TestCertificate.selfSigned();
      Path directory = Files.createTempDirectory("tls");
      Path pem = directory.resolve("server.pem");
      Path file = directory.resolve("proxy.conf");
      try {
        Files.writeString(pem, certificate.chain() + certificate.key());
        Files.writeString(
            file,
            """
            proxy.frontends.pg_frontend {
              bind = "127.0.0.1:0", default-backend = pg_backends
              tls { mode = terminate, certificate = server.pem }
            }
            proxy.backends.pg_backends {
              servers = [ { name = s, address = "h:1" } ]
              tls { mode = require, shared-certificate = true }
            }
            """);
        TlsTraffic traffic = new TlsTraffic(metrics::handshake);
        TlsEdge edge = TlsEdge.load(ConfigReader.read(file), traffic);
        metrics.register(traffic, () -> edge);
        metrics.register(edge);
        return new TlsScene(traffic, edge, certificate);
      } finally {
        Files.delete(pem);
        Files.delete(file);
        Files.delete(directory);
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    edge.close();
  }
}
