// Who comes when even the reserve of the memory for buffers is being used up is refused with 57P03,
// holds no place, and is let in when there is room again.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class MemoryRefusalTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");

  @Test
  void theLastResort() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      stage.serverIsUp();
      stage.bufferBytes.set(Stage.BUFFERS);
      Socket refused = stage.client();
      refused.getOutputStream().write(STARTUP);
      assertThat(new String(refused.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("E")
          .contains("C57P03", "Mtoo many connections", "-XX:MaxDirectMemorySize");
      assertThat(stage.placesTaken()).isZero();
      refused.close();

      stage.bufferBytes.set(0);
      Socket client = stage.client();
      client.getOutputStream().write(STARTUP);
      assertThat(stage.server.accept().getInputStream().readNBytes(STARTUP.length))
          .isEqualTo(STARTUP);
    }
  }
}
