// Bytes that nobody has asked for say that a client has hung up; further records of one read do
// not.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.OutputStream;
import java.time.Duration;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.support.TestTls;
import org.pgdeeplake.proxy.support.TlsTransport;

class TlsReadsTest {
  private static final int RECORDS = 20;

  static Stream<Arguments> everywhere() {
    return Stream.of(TransportChoice.EPOLL, TransportChoice.IO_URING, TransportChoice.NIO)
        .flatMap(transport ->
            Stream.of(Edge.TLS, Edge.TLS_OF_JAVA).map(edge -> Arguments.of(transport, edge)));
  }

  @ParameterizedTest
  @MethodSource("everywhere")
  void manyRecordsBehindTheStartupMessage(TransportChoice choice, Edge edge) throws Exception {
    try (Stage stage = new Stage(choice, edge, 50)) {
      TlsTransport transport = stage.client();
      transport.getOutputStream().write(StartupBytes.sslRequest());
      assertThat(transport.getInputStream().read()).isEqualTo('S');
      SSLSocket client = TestTls.socket(transport);
      client.startHandshake();
      OutputStream out = client.getOutputStream();
      out.write(StartupBytes.startupMessage(0, "user", "u"));
      Session session = stage.session();
      stage.awaitState(session, "Queued");

      transport.cork();
      for (int i = 0; i < RECORDS; i++) {
        out.write(new byte[] {'Q', 0});
      }
      transport.uncork();

      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> session.record().bytesIn > RECORDS + 8 || !queued(stage, session));
      assertThat(stage.state(session)).isEqualTo("Queued");
      transport.close();
      if (choice == TransportChoice.NIO) { // it hears of an end only when it reads
        stage.sessions.stopAll();
      }
      await().atMost(Duration.ofSeconds(10)).until(() -> stage.sessions.open() == 0);
    }
  }

  private static boolean queued(Stage stage, Session session) {
    return stage.state(session).equals("Queued");
  }
}
