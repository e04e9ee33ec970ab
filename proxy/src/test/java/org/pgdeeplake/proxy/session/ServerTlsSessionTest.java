// The proxy's own TLS is asked for where a client speaks in plain text, on a connection of its own,
// and nowhere else.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.config.BackendTls.Mode;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class ServerTlsSessionTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  private static final byte[] CLIENT_HELLO = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};

  /** The server said N to the client's SSLRequest; then the proxy asks for its own TLS. */
  @Test
  void plainTextLeavesTheRawConnection() throws Exception {
    try (Stage stage = stage(Mode.PREFER)) {
      Socket client = stage.client();
      client.getOutputStream().write(StartupBytes.sslRequest());
      Socket raw = accept(stage, StartupBytes.sslRequest());
      raw.getOutputStream().write('N');
      assertThat(client.getInputStream().read()).isEqualTo('N');
      client.getOutputStream().write(STARTUP);
      assertThat(raw.getInputStream().read()).as("raw connection").isEqualTo(-1);
      Socket server = accept(stage, StartupBytes.sslRequest());
      server.getOutputStream().write('N');
      assertThat(server.getInputStream().readNBytes(STARTUP.length)).isEqualTo(STARTUP);
      server.getOutputStream().write(AUTH_OK);
      assertThat(client.getInputStream().readNBytes(AUTH_OK.length)).isEqualTo(AUTH_OK);
      assertThat(stage.backend.traffic().retriesTotal()).as("nobody is to blame").isZero();
    }
  }

  @Test
  void aCancelRequestAsksForTlsToo() throws Exception {
    try (Stage stage = stage(Mode.PREFER)) {
      byte[] cancel = StartupBytes.cancelRequest(1, new byte[] {1, 2, 3, 4});
      Socket client = stage.client();
      client.getOutputStream().write(cancel);
      Socket server = accept(stage, StartupBytes.sslRequest());
      server.getOutputStream().write('N');
      assertThat(server.getInputStream().readNBytes(cancel.length)).isEqualTo(cancel);
      server.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** It would be TLS within TLS. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientsOwnTlsGoesOnAsItIs(boolean direct) throws Exception {
    byte[] opening = direct ? CLIENT_HELLO : StartupBytes.sslRequest();
    try (Stage stage = stage(Mode.REQUIRE)) {
      stage.client().getOutputStream().write(opening);
      accept(stage, opening).getOutputStream().write('S');
      stage.awaitState(stage.session(), "Relaying");
    }
  }

  private static Stage stage(Mode mode) throws Exception {
    Stage stage = new Stage(TransportChoice.AUTO, Edge.PLAIN, 50, mode);
    stage.serverIsUp();
    return stage;
  }

  /** A connection on which the server has got these bytes. */
  private static Socket accept(Stage stage, byte[] bytes) throws IOException {
    Socket server = stage.server.accept();
    assertThat(server.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    return server;
  }
}
