// Who is refused has a second to say what it wants, whatever timeouts.startup is: others without a
// place may want to cancel. And it is counted, also where it cannot be told.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.support.ScrapedText;

/** The stage's startup timeout is 30 s, of which none of these would wait for the end. */
class RefusedGuestTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] SSL_REQUEST = {0, 0, 0, 8, 4, (byte) 0xD2, 0x16, 0x2F};
  private static final byte[] TLS_ALERT = {0x15, 3, 3, 0, 2, 2, 40};

  private Stage stage;
  private Socket client;

  @BeforeEach
  void start() throws Exception {
    stage = new Stage(TransportChoice.AUTO, 50);
    stage.bufferBytes.set(Stage.BUFFERS);
    client = stage.client();
  }

  @AfterEach
  void close() throws IOException {
    stage.close();
  }

  private double refused(String sqlState) {
    return ScrapedText.parse(stage.metrics.scrape())
        .number("pgproxy_refusals_total", "reason", "connection_limit", "sqlstate", sqlState);
  }

  @Test
  void whoSaysNothing() throws IOException {
    assertThat(client.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void whoSaysHalfOfIt() throws IOException {
    client.getOutputStream().write(Arrays.copyOf(STARTUP, STARTUP.length - 1));
    assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .contains("C57P03", "Mtoo many connections");
    assertThat(refused("57P03")).isEqualTo(1);
  }

  @Test
  void whoAsksForEncryptionAndThenSaysNothing() throws IOException {
    client.getOutputStream().write(SSL_REQUEST);
    assertThat(client.getInputStream().readAllBytes()).isEqualTo(new byte[] {'N'});
    assertThat(refused("none")).isEqualTo(1);
  }

  @Test
  void whoBeginsWithTlsIsCounted() throws IOException {
    client.getOutputStream().write(Actors.CLIENT_HELLO);
    assertThat(client.getInputStream().readAllBytes()).isEqualTo(TLS_ALERT);
    assertThat(refused("none")).isEqualTo(1);
  }
}
