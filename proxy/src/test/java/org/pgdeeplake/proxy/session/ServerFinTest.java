// A session whose client has left ends when its server has been silent for timeouts.server-fin, and
// not while one of the two has yet to take what is on its way.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

class ServerFinTest {
  private static final Duration LIMIT = Duration.ofMillis(600);
  private static final String ENDED = "Closed:SERVER_TIMEOUT";
  private static final int PIECE = 16_000;

  private final Stage stage = new Stage(TransportChoice.AUTO, backend -> backend.serverFin(LIMIT));
  private final SlowEnds ends = new SlowEnds(stage);

  ServerFinTest() throws Exception {}

  @AfterEach
  void close() throws IOException {
    stage.close();
  }

  /** As where its machine is gone. */
  @Test
  void aServerThatSaysNothingIsNotWaitedForLonger() throws Exception {
    long left = System.nanoTime();
    ends.client.close();
    stage.awaitState(ends.session, ENDED);
    assertThat(Duration.ofNanos(System.nanoTime() - left)).isGreaterThanOrEqualTo(LIMIT);
    assertThat(ends.server.getInputStream().read()).isEqualTo(-1);
    stage.assertNothingLeft();
  }

  @Test
  void aClientThatHasOnlyFinishedSpeakingGetsTheWholeAnswerFirst() throws Exception {
    ends.client.shutdownOutput();
    long sent = ends.fillClient(PIECE);
    staysThroughTheLimit();
    assertThat(ends.client.getInputStream().readNBytes(Math.toIntExact(sent)))
        .hasSize(Math.toIntExact(sent));
    stage.awaitState(ends.session, ENDED);
  }

  @Test
  void aServerThatIsBusyGetsTheWholeRequestFirstAndHasTheTimeToAnswer() throws Exception {
    long sent = ends.fillServer(PIECE);
    ends.client.shutdownOutput();
    staysThroughTheLimit();
    assertThat(ends.server.getInputStream().readAllBytes()).hasSize(Math.toIntExact(sent));
    ends.server.getOutputStream().write('x');
    assertThat(ends.client.getInputStream().read()).isEqualTo('x');
    ends.server.close();
    assertThat(ends.client.getInputStream().read()).isEqualTo(-1);
  }

  private void staysThroughTheLimit() {
    await()
        .pollInterval(LIMIT.dividedBy(4))
        .during(LIMIT.multipliedBy(2))
        .until(() -> stage.state(ends.session).equals("Relaying"));
    assertThat(stage.traffic.sides().halfClosed().sum()).isOne();
  }
}
