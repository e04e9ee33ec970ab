// Who has been let in is known at any moment, and nobody is left in the figures.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.metrics.AdmissionFacts;
import org.pgdeeplake.proxy.net.OpenFiles;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class AdmissionFactsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");

  @Test
  void connectionsAreThoseThatHaveEntered() {
    Sessions sessions = new Sessions();
    assertThat(sessions.facts().connectionLimit()).isNaN();
    sessions.limit(new OpenFiles(1024, 2));
    assertThat(sessions.enter()).isTrue();
    OpenFiles files = new OpenFiles(1024, 2);
    AdmissionFacts facts = sessions.facts();
    assertThat(facts.connections()).isOne();
    assertThat(facts.connectionLimit()).isEqualTo(files.sessions() + files.guests());
    assertThat(facts.places()).isZero();
    sessions.leave();
    assertThat(sessions.facts().connections()).isZero();
  }

  @Test
  void aSessionHasAPlaceUntilItEnds() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      Socket client = stage.client();
      client.getOutputStream().write(STARTUP);
      stage.awaitState(stage.session(), "Queued");
      assertThat(stage.sessions.facts().places()).isOne();
      client.close();
      stage.assertNothingLeft();
      assertThat(stage.sessions.facts().places()).isZero();
    }
  }

  @Test
  void aCancelIsOnItsWayUntilItsServerHasClosed() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, 50)) {
      stage.serverIsUp();
      stage
          .client()
          .getOutputStream()
          .write(StartupBytes.cancelRequest(1, new byte[] {1, 2, 3, 4}));
      Socket server = stage.server.accept();
      assertThat(stage.sessions.facts().cancels()).isOne();
      server.close();
      await().atMost(LIMIT).until(() -> stage.sessions.facts().cancels() == 0);
    }
  }
}
