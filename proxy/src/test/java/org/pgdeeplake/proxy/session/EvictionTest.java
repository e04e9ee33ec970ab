// Who loses its server to an operator before that has answered waits again, as if nothing had been.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class EvictionTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  private static final byte[] CLIENT_HELLO = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};

  private final Stage stage = new Stage(TransportChoice.NIO, 50);

  EvictionTest() throws Exception {}

  @AfterEach
  void close() throws IOException {
    stage.close();
  }

  /** What the server does in the moment in which it is taken away. */
  enum Word {
    ACCEPTS,
    CLOSES,
    SAYS_N,
    SAYS_S,
    ANSWERS_TLS,
    CLOSES_ON_TLS;

    byte[] opening() {
      return switch (this) {
        case ACCEPTS, CLOSES -> STARTUP;
        case SAYS_N, SAYS_S -> StartupBytes.sslRequest();
        case ANSWERS_TLS, CLOSES_ON_TLS -> CLIENT_HELLO;
      };
    }

    void to(SessionState state) {
      switch (this) {
        case CLOSES, CLOSES_ON_TLS -> state.onServerEnd(false);
        case ACCEPTS -> state.onServerBytes(Unpooled.wrappedBuffer(AUTH_OK));
        case SAYS_N -> state.onServerBytes(Unpooled.wrappedBuffer(new byte[] {'N'}));
        case SAYS_S, ANSWERS_TLS -> state.onServerBytes(Unpooled.wrappedBuffer(new byte[] {'S'}));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theServersWordComesTooLate(Word word) throws Exception {
    Session session = awaitingReply(word.opening());
    onLoop(
        session,
        () -> {
          stage.administer(AdministrativeState.MAINT);
          word.to(session.state());
        });
    assertWaitsAsBefore(session);
  }

  @Test
  void theLeaseWasRevokedBeforeItArrived() throws Exception {
    stage.client().getOutputStream().write(STARTUP);
    Session session = stage.session();
    stage.awaitState(session, "Queued");
    onLoop(
        session,
        () -> {
          stage.serverIsUp();
          assertThat(stage.backend.assigned()).isOne();
          stage.administer(AdministrativeState.MAINT);
        });
    assertWaitsAsBefore(session);
  }

  @Test
  void anAttemptThatFailsOnARevokedLeaseHasNotFailed() throws Exception {
    Session session = awaitingReply(STARTUP);
    onLoop(
        session,
        () -> {
          Attempt attempt = (Attempt) session.state();
          stage.administer(AdministrativeState.MAINT);
          attempt.failed(new Failure(Failure.Kind.REFUSED, "test"));
        });
    assertWaitsAsBefore(session);
  }

  /** And its next attempt goes well. */
  private void assertWaitsAsBefore(Session session) throws Exception {
    assertThat(stage.state(session)).isEqualTo("Queued");
    assertThat(stage.backend.queued()).isOne();
    assertThat(stage.backend.assigned()).isZero();
    onLoop(
        session,
        () -> {
          assertThat(session.record().server).isNull();
          assertThat(session.record().lastFailure).isNull();
          assertThat(session.record().retries).isZero();
        });
    stage.administer(AdministrativeState.READY);
    stage.serverIsUp();
    stage.awaitState(session, "AwaitingReply");
    assertThat(stage.backend.traffic().retriesTotal()).isZero();
    assertThat(stage.backend.traffic().redispatchesTotal()).isZero();
    assertThat(stage.backend.traffic().connectErrorsTotal()).isZero();
    assertThat(stage.backend.wakes()).hasSize(1);
  }

  @Test
  void whoHasLeftItsServerIsNotClosedWithIt() throws Exception {
    Session session = awaitingReply(STARTUP);
    onLoop(
        session,
        () -> {
          var server = stage.backend.servers().getFirst();
          assertThat(stage.sessions.closeHolders(stage.backend.leases(server))).isOne();
          session.state().onServerEnd(false);
        });
    assertThat(stage.state(session)).isEqualTo("Queued");
  }

  @Test
  void whoseLeaseIsOnItsWayIsClosed() throws Exception {
    stage.client().getOutputStream().write(STARTUP);
    Session session = stage.session();
    stage.awaitState(session, "Queued");
    onLoop(
        session,
        () -> {
          var server = stage.backend.servers().getFirst();
          stage.serverIsUp();
          assertThat(stage.sessions.closeHolders(stage.backend.leases(server))).isOne();
        });
    assertThat(stage.state(session)).isEqualTo("Closed:OPERATOR");
  }

  @ParameterizedTest
  @EnumSource(names = {"MAINTENANCE", "SERVER_FIN", "SERVER_BYTES"})
  void nothingOfAServerThatWasLeftStaysOnRecord(SessionEvent event) throws Exception {
    Session session = awaitingReply(StartupBytes.sslRequest());
    server.getOutputStream().write('N');
    stage.awaitState(session, "Negotiated");
    switch (event) {
      case MAINTENANCE -> stage.administer(AdministrativeState.MAINT);
      case SERVER_FIN -> server.close();
      default -> server.getOutputStream().write(AUTH_OK);
    }
    stage.awaitState(session, "AwaitingStartup");
    assertOfNoServer(session);
  }

  @Test
  void aCancelRequestAfterAnNIsOfNoServer() throws Exception {
    Session session = awaitingReply(StartupBytes.sslRequest());
    server.getOutputStream().write('N');
    stage.awaitState(session, "Negotiated");
    stage
        .lastClient()
        .getOutputStream()
        .write(StartupBytes.cancelRequest(1, new byte[] {1, 2, 3, 4}));
    stage.awaitState(session, "Cancelling");
    assertOfNoServer(session);
  }

  private static void assertOfNoServer(Session session) throws Exception {
    onLoop(
        session,
        () -> {
          assertThat(session.record().server).isNull();
          assertThat(session.record().connectNanos).isEqualTo(-1);
          assertThat(session.record().waitedNanos).isEqualTo(-1);
        });
  }

  private Socket server = new Socket();

  private Session awaitingReply(byte[] opening) throws IOException {
    stage.client().getOutputStream().write(opening);
    Session session = stage.session();
    stage.awaitState(session, "Queued");
    stage.serverIsUp();
    server = stage.server.accept();
    server.getInputStream().readNBytes(opening.length);
    stage.awaitState(session, "AwaitingReply");
    return session;
  }

  private static void onLoop(Session session, Runnable task) throws Exception {
    session.loop().submit(task).get(10, TimeUnit.SECONDS);
  }
}
