// A session that has ended is garbage at once, whoever ended it: no timer, queue or map keeps it.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class SessionMemoryTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] ACCEPTED = {'R', 0, 0, 0, 8, 0, 0, 0, 0, 'Z', 0, 0, 0, 5, 'I'};
  private static final byte[] TERMINATE = {'X', 0, 0, 0, 4};

  @Test
  void ofAClientThatTerminatesAndCloses() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = stage.client();
      Socket server = serve(stage, client);
      WeakReference<Session> session = new WeakReference<>(stage.session());
      client.getOutputStream().write(TERMINATE);
      client.close();
      server.close();
      assertCollected(stage, session);
    }
  }

  @Test
  void ofAServerThatCloses() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = stage.client();
      Socket server = serve(stage, client);
      WeakReference<Session> session = new WeakReference<>(stage.session());
      server.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      client.close();
      assertCollected(stage, session);
    }
  }

  @Test
  void ofAClientThatLeavesTheQueue() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = stage.client();
      client.getOutputStream().write(STARTUP);
      WeakReference<Session> session = new WeakReference<>(stage.session());
      client.close();
      assertCollected(stage, session);
    }
  }

  private static Socket serve(Stage stage, Socket client) throws Exception {
    stage.serverIsUp();
    client.getOutputStream().write(STARTUP);
    Socket server = stage.server.accept();
    server.getOutputStream().write(ACCEPTED);
    assertThat(client.getInputStream().readNBytes(ACCEPTED.length)).isEqualTo(ACCEPTED);
    return server;
  }

  private static void assertCollected(Stage stage, WeakReference<Session> session) {
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> {
          System.gc();
          return stage.sessions.open() == 0 && session.get() == null;
        });
  }
}
