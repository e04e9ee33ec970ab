// Whom the proxy ends before a server has let him in hears 57P03, for libpq takes anything else
// over
// TLS for a reason to try again in plain text; after that it is 57P01.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class LastWordsTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  private static final byte[] READY = {'Z', 0, 0, 0, 5, 'I'};

  @ParameterizedTest
  @CsvSource({
    "false, SHUTDOWN, 57P03, the proxy is shutting down",
    "false, OPERATOR, 57P03, by an operator",
    "false, MAINTENANCE, 57P03, its server goes into maintenance",
    "true, SHUTDOWN, 57P01, the proxy is shutting down",
    "true, OPERATOR, 57P01, by an operator",
    "true, MAINTENANCE, 57P01, its server goes into maintenance"
  })
  void relaying(boolean letIn, CloseReason reason, String sqlState, String why) throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      stage.serverIsUp();
      Socket client = stage.client();
      client.getOutputStream().write(STARTUP);
      Socket server = stage.server.accept();
      server.getInputStream().readNBytes(STARTUP.length);
      server.getOutputStream().write(AUTH_OK);
      client.getInputStream().readNBytes(AUTH_OK.length);
      if (letIn) {
        server.getOutputStream().write(READY);
        client.getInputStream().readNBytes(READY.length);
      }
      if (reason == CloseReason.MAINTENANCE) {
        stage.administer(AdministrativeState.MAINT);
      } else {
        stage.session().calls().stop(reason);
      }
      assertThat(rest(client)).startsWith("E").contains("C" + sqlState, why);
    }
  }

  /** It has heard an N, its server is gone, and it is to come again in plain text. */
  @Test
  void afterAnN() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      stage.serverIsUp();
      Socket client = stage.client();
      client.getOutputStream().write(StartupBytes.sslRequest());
      Socket server = stage.server.accept();
      server.getOutputStream().write('N');
      assertThat(client.getInputStream().read()).isEqualTo('N');
      server.close();
      stage.awaitState(stage.session(), "AwaitingStartup");
      stage.session().calls().stop(CloseReason.SHUTDOWN);
      assertThat(rest(client)).startsWith("E").contains("C57P03", "the proxy is shutting down");
    }
  }

  private static String rest(Socket client) throws Exception {
    return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }
}
