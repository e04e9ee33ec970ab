// A server that has ended is read at its client's pace where memory is scarce, and at once where it
// is not; either way the client gets every byte.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

class EndedServerTest {
  /** What a kernel takes for a socket that is not read. */
  private static final int LAST_WORDS = 40_000;

  @ParameterizedTest
  @EnumSource(
      value = TransportChoice.class,
      names = {"AUTO", "NIO"})
  void waitsForItsClientWhereMemoryIsScarce(TransportChoice choice) throws Exception {
    try (Stage stage = new Stage(choice, 50)) {
      SlowEnds ends = new SlowEnds(stage);
      stage.bufferBytes.set(Stage.BUFFERS);
      long sent = ends.fillClient(1000) + LAST_WORDS;
      ends.server.getOutputStream().write(new byte[LAST_WORDS]);
      ends.server.close();
      ends.awaitServersEnd();

      assertThat(stage.state(ends.session)).isEqualTo("Relaying");
      long read = stage.traffic.traffic().bytesOutTotal() - SlowEnds.WELCOME.length;
      assertThat(sent - read).as("left in the kernel").isGreaterThan(LAST_WORDS / 4);
      assertGetsAll(ends, sent);
      stage.assertNothingLeft();
    }
  }

  /** Its place is free before the client has read anything. */
  @Test
  void goesAtOnceWhereThereIsPlenty() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      SlowEnds ends = new SlowEnds(stage);
      long sent = ends.fillClient(16_000) + LAST_WORDS;
      ends.server.getOutputStream().write(new byte[LAST_WORDS]);
      ends.server.close();
      stage.awaitState(ends.session, "Closed:SERVER_CLOSED");
      assertThat(stage.backend.assigned()).isZero();
      assertGetsAll(ends, sent);
    }
  }

  private static void assertGetsAll(SlowEnds ends, long sent) throws IOException {
    byte[] got = ends.client.getInputStream().readAllBytes();
    assertThat(got).hasSize(Math.toIntExact(sent));
  }
}
