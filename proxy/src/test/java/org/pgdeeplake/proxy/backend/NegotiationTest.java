// Whatever a server answers to an SSLRequest, there is one outcome, in time, and the owner of the
// connection sees none of it.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.ConnectorStage.LONG;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.backend.Failure.Kind;
import org.pgdeeplake.proxy.backend.ServerConnector.Outcome;
import org.pgdeeplake.proxy.config.BackendTls.Mode;

class NegotiationTest {
  private final ConnectorStage stage = new ConnectorStage();

  NegotiationTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    stage.close();
  }

  /** What the server does with a connection. */
  interface Act {
    void with(Socket socket) throws IOException;
  }

  static Stream<Arguments> failures() {
    return Stream.of(
        failure(
            "garbage", says("HTTP/1.1 400"), Kind.EARLY_CLOSE, "did not understand an SSLRequest"),
        failure("N", says("N"), Kind.TLS, "has no TLS, which tls.mode = require asks for"),
        failure("SS", says("SS"), Kind.TLS, "sent more than its answer to an SSLRequest"),
        failure("NR", says("NR\0\0\0\10"), Kind.TLS, "sent more than its answer to an SSLRequest"),
        failure(
            "closes", Socket::close, Kind.EARLY_CLOSE, "closed the connection on an SSLRequest"),
        failure("resets", NegotiationTest::reset, Kind.EARLY_CLOSE, "reset the connection"),
        failure(
            "full", says(error("53300")), Kind.FULL, "answered an SSLRequest with an error 53300"),
        failure(
            "starting",
            says(error("57P03")),
            Kind.NOT_READY,
            "answered an SSLRequest with an error 57P03"),
        failure(
            "other error",
            says(error("XX000")),
            Kind.EARLY_CLOSE,
            "answered an SSLRequest with an error XX000"),
        failure(
            "cannot fork",
            says("Ecould not fork new process for connection\n\0"),
            Kind.EARLY_CLOSE,
            "answered an SSLRequest with an error"),
        failure(
            "half an error",
            socket -> {
              ConnectorStage.say(socket, "E\0\0\0\60SFATAL");
              socket.close();
            },
            Kind.EARLY_CLOSE,
            "closed the connection on an SSLRequest"),
        failure(
            "S, then closes",
            socket -> {
              ConnectorStage.say(socket, "S");
              socket.getInputStream().readNBytes(5);
              socket.shutdownOutput();
            },
            Kind.TLS,
            "closed the connection in the TLS handshake"));
  }

  private static Arguments failure(String name, Act act, Kind kind, String detail) {
    return Arguments.argumentSet(name, act, new Failure(kind, detail));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void whoHasNoTlsIsTold(Act act, Failure expected) throws Exception {
    CompletableFuture<Outcome> outcome = stage.connect(Mode.REQUIRE, null, LONG);
    try (Socket server = stage.accept()) {
      act.with(server);
      assertThat(ConnectorStage.within(outcome)).isEqualTo(new Outcome.Failed(expected));
      ConnectorStage.awaitEnd(server);
    }
    assertThat(stage.owner.events).isEmpty();
  }

  @Test
  void garbageInTheHandshake() throws Exception {
    CompletableFuture<Outcome> outcome = stage.connect(Mode.REQUIRE, null, LONG);
    try (Socket server = stage.accept()) {
      ConnectorStage.say(server, "S");
      server.getInputStream().readNBytes(5);
      ConnectorStage.say(server, "HTTP/1.1 400 Bad Request\r\n\r\n");
      assertThat(ConnectorStage.within(outcome))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              failed -> {
                assertThat(failed.failure().kind()).isEqualTo(Kind.TLS);
                assertThat(failed.failure().detail()).isNotBlank().doesNotContain("\n");
              });
      ConnectorStage.awaitEnd(server);
    }
    assertThat(stage.owner.events).isEmpty();
  }

  @Test
  void silenceIsLimited() throws Exception {
    CompletableFuture<Outcome> outcome = stage.connect(Mode.REQUIRE, null, Duration.ofMillis(300));
    try (Socket server = stage.accept()) {
      assertThat(ConnectorStage.within(outcome))
          .isEqualTo(timeout("no answer to an SSLRequest within 300 ms"));
      ConnectorStage.awaitEnd(server);
    }
  }

  @Test
  void aHandshakeIsLimitedWithIt() throws Exception {
    CompletableFuture<Outcome> outcome = stage.connect(Mode.PREFER, null, Duration.ofSeconds(2));
    // Long enough for the first handshake of a process on a busy machine to begin.
    try (Socket server = stage.accept()) {
      ConnectorStage.say(server, "S");
      assertThat(ConnectorStage.within(outcome))
          .isEqualTo(timeout("no end of the TLS handshake within 2000 ms"));
      ConnectorStage.awaitEnd(server);
    }
  }

  private static Outcome timeout(String detail) {
    return new Outcome.Failed(new Failure(Kind.TIMEOUT, detail));
  }

  @Test
  void anAnswerInPieces() throws Exception {
    CompletableFuture<Outcome> outcome = stage.connect(Mode.REQUIRE, null, LONG);
    try (Socket server = stage.accept()) {
      for (char c : error("53300").toCharArray()) {
        ConnectorStage.say(server, String.valueOf(c));
      }
      assertThat(ConnectorStage.within(outcome))
          .isEqualTo(
              new Outcome.Failed(
                  new Failure(Kind.FULL, "answered an SSLRequest with an error 53300")));
    }
  }

  private static Act says(String bytes) {
    return socket -> ConnectorStage.say(socket, bytes);
  }

  private static String error(String sqlState) {
    return new String(
        org.pgdeeplake.proxy.postgres.ErrorResponse.fatal(sqlState, "text").encode(),
        StandardCharsets.ISO_8859_1);
  }

  private static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
