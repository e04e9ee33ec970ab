// A client that has ended its half of TLS hears the rest of the answer, but for Java's own provider
// with TLS 1.2, which answers close_notify with its own (RFC 5246, 7.2.1).
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.support.TestTls;
import org.pgdeeplake.proxy.support.TlsTransport;

class TlsHalfCloseTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  private static final int MUCH = 4 << 20;

  @ParameterizedTest
  @CsvSource({
    "EPOLL, TLS, TLSv1.2",
    "EPOLL, TLS, TLSv1.3",
    "EPOLL, TLS_OF_JAVA, TLSv1.3",
    "IO_URING, TLS, TLSv1.2",
    "IO_URING, TLS, TLSv1.3",
    "IO_URING, TLS_OF_JAVA, TLSv1.3",
    "NIO, TLS, TLSv1.2",
    "NIO, TLS, TLSv1.3",
    "NIO, TLS_OF_JAVA, TLSv1.3"
  })
  void hearsTheRest(TransportChoice transport, Edge edge, String version) throws Exception {
    try (Stage stage = new Stage(transport, edge, 50)) {
      stage.serverIsUp();
      TlsTransport connection = stage.client();
      connection.getOutputStream().write(StartupBytes.sslRequest());
      assertThat(connection.getInputStream().read()).isEqualTo('S');
      SSLSocket client = TestTls.socket(connection, List.of(version), List.of("postgresql"));
      client.getOutputStream().write(STARTUP);
      Socket server = stage.server.accept();
      server.getInputStream().readNBytes(STARTUP.length);
      server.getOutputStream().write(AUTH_OK);
      client.getInputStream().readNBytes(AUTH_OK.length);
      assertThat(client.getSession().getProtocol()).isEqualTo(version);

      connection.closeNotify(client);
      assertThat(server.getInputStream().read()).as("the server hears it").isEqualTo(-1);
      CompletableFuture<Void> answer =
          CompletableFuture.runAsync(() -> {
            try (server) {
              server.getOutputStream().write(new byte[MUCH]);
            } catch (java.io.IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      assertThat(client.getInputStream().readNBytes(MUCH)).hasSize(MUCH);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      answer.join();
    }
  }
}
