// The table of states and events where the proxy ends TLS, and what breaks it.
package org.pgdeeplake.proxy.session;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;

class SessionTableTlsTest {
  static Stream<Arguments> answers() {
    return SessionTable.at(Edge.TLS, Edge.TLS_OF_JAVA);
  }

  @ParameterizedTest(name = "{0}, {1}: {2} + {3} -> {4}")
  @MethodSource
  void answers(
      TransportChoice transport, Edge edge, Situation in, SessionEvent event, String expected)
      throws Exception {
    SessionTable.answers(transport, edge, in, event, expected);
  }

  static Stream<Arguments> brokenTls() {
    return Stream.of(
            Arguments.of(Situation.HANDSHAKING, "TLS_HANDSHAKE_FAILED"),
            Arguments.of(Situation.AWAITING_STARTUP, "PROTOCOL_ERROR"),
            Arguments.of(Situation.QUEUED, "CLIENT_LEFT_QUEUE"),
            Arguments.of(Situation.CONNECTING, "CLIENT_LEFT_CONNECTING"),
            Arguments.of(Situation.ASKING_FOR_TLS, "CLIENT_LEFT_CONNECTING"),
            Arguments.of(Situation.AWAITING_REPLY, "CLIENT_LEFT_CONNECTING"),
            Arguments.of(Situation.AUTHENTICATING, "CLIENT_ABORTED"),
            Arguments.of(Situation.IDLE, "CLIENT_ABORTED"),
            Arguments.of(Situation.CANCELLING, "Cancelling"))
        .flatMap(row ->
            Stream.of(Edge.TLS, Edge.TLS_OF_JAVA)
                .map(edge -> Arguments.of(edge, row.get()[0], row.get()[1])));
  }

  /** A failed handshake, and later what is no record of TLS. */
  @ParameterizedTest(name = "{0}: {1} + no TLS -> {2}")
  @MethodSource("brokenTls")
  void whereTlsBreaks(Edge edge, Situation in, String expected) throws Exception {
    try (Stage stage = in.stage(TransportChoice.EPOLL, edge)) {
      Actors actors = Actors.bring(stage, edge, in);
      Session session = stage.session();
      stage.awaitState(session, in.state);
      actors.transport().getOutputStream().write(Actors.STARTUP);
      stage.awaitState(session, SessionTable.expected(expected));
      actors.leave();
      stage.assertNothingLeft();
    }
  }

  @Test
  void aHandshakeThatTakesTooLong() throws Exception {
    try (Stage stage = new Stage(TransportChoice.EPOLL, Edge.TLS, 50)) {
      Actors actors = Actors.bring(stage, Edge.TLS, Situation.HANDSHAKING);
      stage.awaitState(stage.session(), "Handshaking");
      Session session = stage.session();
      stage.awaitState(session, "Closed:TLS_HANDSHAKE_TIMEOUT");
      actors.leave();
      stage.assertNothingLeft();
    }
  }
}
