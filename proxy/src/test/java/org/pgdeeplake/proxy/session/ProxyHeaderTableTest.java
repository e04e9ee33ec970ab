// Rule: a PROXY header counts where one is due; everywhere else it is bytes like any others.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.TlsTransport;

class ProxyHeaderTableTest {
  /** Where one is due it counts; everywhere else it is bytes like any others. */
  @ParameterizedTest
  @EnumSource
  void aProxyHeader(Situation in) throws Exception {
    Edge edge = in.edges().contains(Edge.PROXY_HEADER) ? Edge.PROXY_HEADER : in.edges().getFirst();
    String expected =
        switch (in) {
          case AWAITING_PROXY_HEADER -> "AwaitingStartup";
          case HALF_A_PROXY_HEADER,
              AWAITING_STARTUP,
              QUEUED_FOR_TLS,
              AWAITING_TLS_REPLY,
              NEGOTIATED ->
              "Closed:PROTOCOL_ERROR";
          case HANDSHAKING -> "Closed:TLS_HANDSHAKE_FAILED";
          case REFUSING -> "Closed:SHUTDOWN";
          case QUEUED,
              CONNECTING,
              ASKING_FOR_TLS,
              AWAITING_REPLY,
              AWAITING_DIRECT_TLS,
              AUTHENTICATING,
              IDLE,
              CANCELLING ->
              in.state;
        };
    try (Stage stage = in.stage(TransportChoice.NIO, edge);
        LoggedLines errors = new LoggedLines(Session.class.getName())) {
      Actors actors = Actors.bring(stage, edge, in);
      Session session = stage.session();
      stage.awaitState(session, in.state);
      actors.transport().getOutputStream().write(Actors.PROXY_HEADER);
      stage.awaitState(session, expected);
      actors.leave();
      stage.assertNothingLeft();
      assertThat(errors.lines()).isEmpty();
    }
  }

  /** The session has ended, and waits for its client's end. */
  @Test
  void aLateProxyHeader() throws Exception {
    try (Stage stage = new Stage(TransportChoice.NIO, Edge.PROXY_HEADER, 50);
        LoggedLines errors = new LoggedLines(Session.class.getName())) {
      TlsTransport client = stage.client();
      Session session = stage.session();
      stage.awaitState(session, "AwaitingProxyHeader");
      session.calls().stop(CloseReason.SHUTDOWN);
      stage.awaitState(session, "Closed:SHUTDOWN");
      client.getOutputStream().write(Actors.PROXY_HEADER);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      client.close();
      stage.assertNothingLeft();
      assertThat(errors.lines()).isEmpty();
    }
  }

  /** What comes behind a header in the same segment is the client's. */
  @ParameterizedTest
  @ValueSource(strings = {"SSLRequest", "ClientHello", "StartupMessage"})
  void aProxyHeaderAndMore(String more) throws Exception {
    try (Stage stage = new Stage(TransportChoice.EPOLL, Edge.PROXY_HEADER, 50)) {
      TlsTransport client = stage.client();
      byte[] opening =
          switch (more) {
            case "SSLRequest" -> StartupBytes.sslRequest();
            case "ClientHello" -> Actors.CLIENT_HELLO;
            default -> Actors.STARTUP;
          };
      ByteBuffer segment = ByteBuffer.allocate(Actors.PROXY_HEADER.length + opening.length);
      client.getOutputStream().write(segment.put(Actors.PROXY_HEADER).put(opening).array());
      Session session = stage.session();
      stage.awaitState(session, "Queued");
      assertThat(stage.placesTaken()).isOne();
      stage.serverIsUp();
      assertThat(stage.server.accept().getInputStream().readNBytes(opening.length))
          .isEqualTo(opening);
      client.close();
      stage.assertNothingLeft();
    }
  }
}
