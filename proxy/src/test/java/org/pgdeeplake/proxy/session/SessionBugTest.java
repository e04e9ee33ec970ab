// A bug in what comes from outside of a session's pipeline ends that session, once, and no other;
// nothing of it is left.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.Socket;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.net.ChannelEnd;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class SessionBugTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");

  @Test
  void inATimer() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = waiting(stage);
      Session session = stage.session();
      onLoop(
          session,
          () ->
              session.startTimer(
                  0,
                  () -> {
                    throw new LinkageError("as if a class could not be loaded");
                  }));
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThat(stage.state(session)).isEqualTo("Closed:INTERNAL_ERROR");
      client.close();
      stage.assertNothingLeft();
    }
  }

  @Test
  void inWhatWasDoneAboutIt() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Socket client = waiting(stage);
      Session session = stage.session();
      for (int i = 0; i < 2; i++) {
        onLoop(session, () -> session.failed(new IllegalStateException("on purpose")));
      }
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      stage.assertNothingLeft();
      assertThat(stage.traffic.current()).isZero();
      assertThat(stage.traffic.traffic().internalErrorsTotal()).isOne();
    }
  }

  @Test
  void nothingLeadsOutOfTheEnd() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      waiting(stage);
      Session session = stage.session();
      onLoop(session, () -> session.transition(new Closed(session, CloseReason.NORMAL)));
      onLoop(
          session, () -> session.guarded(() -> session.transition(new AwaitingStartup(session))));
      stage.assertNothingLeft();
      assertThat(stage.traffic.current()).isZero();
    }
  }

  /** Its limit is what ends it where neither its client nor its server does. */
  @Test
  void aCancelRequestEndsWithoutItsClient() throws Exception {
    try (Stage stage =
        new Stage(
            TransportChoice.AUTO,
            backend -> backend.timeouts(Duration.ofSeconds(1), Duration.ofSeconds(60)))) {
      stage.serverIsUp();
      Socket client = stage.client();
      client.getOutputStream().write(StartupBytes.cancelRequest(1, new byte[4]));
      stage.server.accept();
      Session session = stage.session();
      onLoop(session, () -> ChannelEnd.closeNow(session.client()));
      await().atMost(Duration.ofSeconds(10)).until(() -> stage.sessions.live() == 0);
    }
  }

  @Test
  void aClientWithoutAnAddressHasLeftAlready() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50)) {
      Channel nobody =
          new EmbeddedChannel() {
            @Override
            protected @Nullable SocketAddress remoteAddress0() {
              return null;
            }
          };
      nobody.pipeline().addLast(Session.open(nobody, stage.services));
      assertThat(nobody.isOpen()).isFalse();
      assertThat(stage.sessions.open()).isZero();
      assertThat(stage.traffic.current()).isZero();
    }
  }

  private static Socket waiting(Stage stage) throws Exception {
    Socket client = stage.client();
    client.getOutputStream().write(STARTUP);
    stage.awaitState(stage.session(), "Queued");
    return client;
  }

  private static void onLoop(Session session, Runnable task) throws Exception {
    session.loop().submit(task).get(10, TimeUnit.SECONDS);
  }
}
