// What clients send ahead of their servers' first word is kept on the heap, but only so much of it:
// who sends when there is no more room is refused with 57P03, and all of it is given back.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class HeldMemoryTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] AHEAD = new byte[3_000];
  private static final byte[] ACCEPTED = {'R', 0, 0, 0, 8, 0, 0, 0, 0, 'Z', 0, 0, 0, 5, 'I'};

  @Test
  void aWaiterThatSendsAheadIsRefused() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = stage.client();
      client.getOutputStream().write(STARTUP);
      stage.awaitState(stage.session(), "Queued");
      stage.held.add(Stage.HELD);
      client.getOutputStream().write(AHEAD);
      assertRefused(client);
      assertThat(stage.held.bytes()).isEqualTo(Stage.HELD);
    }
  }

  @Test
  void whoSendsHalfAStartupMessageIsRefused() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = stage.client();
      stage.awaitState(stage.session(), "AwaitingStartup");
      stage.held.add(Stage.HELD);
      client.getOutputStream().write(Arrays.copyOf(STARTUP, 9));
      assertRefused(client);
      assertThat(stage.held.bytes()).isEqualTo(Stage.HELD);
    }
  }

  @Test
  void whoComesMeanwhileIsRefusedAndLetInLater() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      stage.serverIsUp();
      stage.held.add(Stage.HELD);
      Socket refused = stage.client();
      refused.getOutputStream().write(STARTUP);
      assertRefused(refused);
      assertThat(stage.placesTaken()).isZero();
      refused.close();

      stage.held.add(-Stage.HELD);
      stage.client().getOutputStream().write(STARTUP);
      assertThat(stage.server.accept().getInputStream().readNBytes(STARTUP.length))
          .isEqualTo(STARTUP);
    }
  }

  @Test
  void itIsGivenBackWhenTheServerHasAnswered() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = waiterThatSendsAhead(stage);
      stage.serverIsUp();
      Socket server = stage.server.accept();
      server.getInputStream().readNBytes(STARTUP.length + AHEAD.length);
      server.getOutputStream().write(ACCEPTED);
      assertThat(client.getInputStream().readNBytes(ACCEPTED.length)).isEqualTo(ACCEPTED);
      awaitHeld(stage, 0);
    }
  }

  @Test
  void itIsGivenBackWhenTheClientLeaves() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = waiterThatSendsAhead(stage);
      client.close();
      awaitHeld(stage, 0);
    }
  }

  private static Socket waiterThatSendsAhead(Stage stage) throws Exception {
    Socket client = stage.client();
    client.getOutputStream().write(STARTUP);
    stage.awaitState(stage.session(), "Queued");
    client.getOutputStream().write(AHEAD);
    awaitHeld(stage, AHEAD.length);
    return client;
  }

  private static void assertRefused(Socket client) throws Exception {
    assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .startsWith("E")
        .contains("C57P03", "Mtoo many connections", "-Xmx");
  }

  private static void awaitHeld(Stage stage, int bytes) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> stage.held.bytes() == bytes);
  }
}
