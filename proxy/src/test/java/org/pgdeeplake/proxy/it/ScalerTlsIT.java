// With a certificate the scaler speaks TLS, only with ALPN h2, and only with whom it is to.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;
import org.pgdeeplake.proxy.support.keda.KedaClient;

class ScalerTlsIT {
  @TempDir private Path directory;

  private static ProxyFile proxy(TestTls tls, String... more) {
    return TestProxy.to()
        .proxy(
            "scaler { enabled = true, bind = \"127.0.0.1:0\", tls { certificate = \""
                + tls.directory().resolve("server.pem")
                + "\"\n"
                + String.join("\n", more)
                + " } }");
  }

  @Test
  void tls() throws IOException {
    TestTls tls = TestTls.in(directory);
    try (TestProxy proxy = proxy(tls).start()) {
      InetSocketAddress scaler = proxy.proxy().scalerAddress();
      try (KedaClient keda = KedaClient.tls(scaler, tls.authority(), null);
          KedaClient plain = KedaClient.plain(scaler);
          KedaClient distrusts = KedaClient.tls(scaler, TestCertificate.authority("Other"), null)) {
        assertThat(keda.isActive()).isFalse();
        assertThatThrownBy(plain::isActive).isInstanceOf(StatusRuntimeException.class);
        assertThatThrownBy(distrusts::isActive).hasMessageContaining("UNAVAILABLE");
      }
      for (List<String> alpn : List.of(List.<String>of(), List.of("postgresql"))) {
        try (SSLSocket socket =
            TestTls.socket(
                new Socket(scaler.getAddress(), scaler.getPort()), List.of("TLSv1.3"), alpn)) {
          assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
        }
      }
      assertThat(proxy.get("/metrics"))
          .contains("pgproxy_tls_handshakes_total{proxy=\"scaler\"")
          .containsPattern("pgproxy_tls_certificate_expiry_timestamp_seconds\\{proxy=\"scaler\"");
    }
  }

  @Test
  void clientsShowACertificate() {
    TestTls tls = TestTls.in(directory);
    TestCertificate clients = TestCertificate.authority("Clients");
    Path ca = tls.write("clients.pem", clients.alone());
    try (TestProxy proxy = proxy(tls, "client-ca = \"" + ca + "\"").start()) {
      InetSocketAddress scaler = proxy.proxy().scalerAddress();
      try (KedaClient right = KedaClient.tls(scaler, tls.authority(), clients.issue());
          KedaClient wrong =
              KedaClient.tls(scaler, tls.authority(), TestCertificate.authority("Other").issue());
          KedaClient without = KedaClient.tls(scaler, tls.authority(), null)) {
        assertThat(right.isActive()).isFalse();
        assertThatThrownBy(wrong::isActive).hasMessageContaining("UNAVAILABLE");
        assertThatThrownBy(without::isActive).hasMessageContaining("UNAVAILABLE");
      }
    }
  }

  /** The address stays: only what is spoken there changes. */
  @Test
  void aReloadTurnsItOnAndChangesTheCertificate() {
    TestTls tls = TestTls.in(directory);
    String plain = "scaler { enabled = true, bind = \"127.0.0.1:0\" }";
    try (TestProxy proxy = TestProxy.to().proxy(plain).start(directory.resolve("proxy.conf"))) {
      InetSocketAddress scaler = proxy.proxy().scalerAddress();
      proxy.applied(proxy(tls));
      assertThat(proxy.proxy().scalerAddress()).isEqualTo(scaler);
      try (KedaClient keda = KedaClient.tls(scaler, tls.authority(), null)) {
        assertThat(keda.isActive()).isFalse();
      }
      TestCertificate next = TestCertificate.authority("Next");
      tls.write("server.pem", next.issue().chain() + next.issue().key());
      assertThat(proxy.refused().getFirst()).contains("the private key in it belongs to none");
      TestCertificate leaf = next.issue();
      tls.write("server.pem", leaf.chain() + leaf.key());
      assertThat(proxy.applied(proxy(tls)))
          .singleElement()
          .asString()
          .startsWith("scaler scaler: shows the certificate of CN=localhost");
      try (KedaClient keda = KedaClient.tls(scaler, next, null)) {
        assertThat(keda.isActive()).isFalse();
      }
    }
  }
}
