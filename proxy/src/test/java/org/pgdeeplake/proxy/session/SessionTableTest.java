// Every state answers every event as the table says, and whatever happens, nothing is left behind.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class SessionTableTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  private static final byte[] CLIENT_HELLO = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
  private static final byte[] READY = {'Z', 0, 0, 0, 5, 'I'};
  private static final byte[] PARTIAL = {0, 0};
  private static final byte[] STARTING =
      org.pgdeeplake.proxy.postgres.ErrorResponse.fatal("57P03", "starting").encode();

  /** What happens to the session. */
  enum Event {
    CLIENT_BYTES,
    CLIENT_FIN,
    CLIENT_RESET,
    SERVER_UP,
    SERVER_BYTES,
    SERVER_NOT_READY,
    SERVER_FIN,
    SERVER_RESET,
    STOP
  }

  /** How a session gets into each state; in CONNECTING no server answers. */
  enum In {
    AWAITING_STARTUP("AwaitingStartup"),
    QUEUED("Queued"),
    QUEUED_FOR_TLS("Queued"),
    CONNECTING("Connecting"),
    ASKING_FOR_TLS("Connecting"),
    AWAITING_REPLY("AwaitingReply"),
    AWAITING_TLS_REPLY("AwaitingReply"),
    AWAITING_DIRECT_TLS("AwaitingReply"),
    NEGOTIATED("Negotiated"),
    REFUSING("Refusing"),
    AUTHENTICATING("Relaying"),
    IDLE("Relaying"),
    CANCELLING("Cancelling");

    final String state;

    In(String state) {
      this.state = state;
    }
  }

  static Stream<Arguments> table() {
    return Stream.of(
            row(
                In.AWAITING_STARTUP,
                "AwaitingStartup",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "AwaitingStartup",
                null,
                null,
                null,
                null,
                "SHUTDOWN"),
            row(
                In.QUEUED,
                "Queued",
                "CLIENT_LEFT_QUEUE",
                "CLIENT_LEFT_QUEUE",
                "AwaitingReply",
                null,
                null,
                null,
                null,
                "SHUTDOWN"),
            row(
                In.QUEUED_FOR_TLS,
                "PROTOCOL_ERROR",
                "CLIENT_LEFT_QUEUE",
                "CLIENT_LEFT_QUEUE",
                "AwaitingReply",
                null,
                null,
                null,
                null,
                "Refusing"),
            row(
                In.CONNECTING,
                "Connecting",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "Connecting",
                null,
                null,
                null,
                null,
                "SHUTDOWN"),
            row(
                In.ASKING_FOR_TLS,
                "Connecting",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "Connecting",
                "Queued",
                "Queued",
                "Queued",
                "Queued",
                "SHUTDOWN"),
            row(
                In.AWAITING_REPLY,
                "AwaitingReply",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "AwaitingReply",
                "Relaying",
                "Queued",
                "Queued",
                "Queued",
                "SHUTDOWN"),
            row(
                In.AWAITING_DIRECT_TLS,
                "AwaitingReply",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "AwaitingReply",
                "Relaying",
                "Relaying",
                "TLS_REFUSED_BY_SERVER",
                "TLS_REFUSED_BY_SERVER",
                "SHUTDOWN"),
            row(
                In.AWAITING_TLS_REPLY,
                "PROTOCOL_ERROR",
                "CLIENT_LEFT_CONNECTING",
                "CLIENT_LEFT_CONNECTING",
                "AwaitingReply",
                "Queued",
                "Queued",
                "Queued",
                "Queued",
                "Refusing"),
            row(
                In.NEGOTIATED,
                "Negotiated",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "Negotiated",
                "AwaitingStartup",
                "AwaitingStartup",
                "AwaitingStartup",
                "AwaitingStartup",
                "SHUTDOWN"),
            row(
                In.REFUSING,
                "Refusing",
                "SHUTDOWN",
                "SHUTDOWN",
                "Refusing",
                null,
                null,
                null,
                null,
                "SHUTDOWN"),
            row(
                In.AUTHENTICATING,
                "Relaying",
                "Relaying",
                "CLIENT_ABORTED",
                "Relaying",
                "Relaying",
                "Relaying",
                "NORMAL",
                "NORMAL",
                "SHUTDOWN"),
            row(
                In.IDLE,
                "Relaying",
                "Relaying",
                "CLIENT_ABORTED",
                "Relaying",
                "Relaying",
                "Relaying",
                "SERVER_CLOSED",
                "SERVER_CLOSED",
                "SHUTDOWN"),
            row(
                In.CANCELLING,
                "Cancelling",
                "Cancelling",
                "Cancelling",
                "Cancelling",
                "Cancelling",
                "Cancelling",
                "NORMAL",
                "NORMAL",
                "NORMAL"))
        .flatMap(List::stream)
        .flatMap(SessionTableTest::onEachTransport);
  }

  private static Stream<Arguments> onEachTransport(Arguments row) {
    @Nullable Object[] columns = row.get();
    return Stream.of(TransportChoice.EPOLL, TransportChoice.NIO)
        .map(transport -> Arguments.of(transport, columns[0], columns[1], columns[2]));
  }

  /** One outcome for each event, in the order of the enum; null where the state has no server. */
  private static List<Arguments> row(In in, @Nullable String... outcomes) {
    return Stream.of(Event.values())
        .filter(event -> outcomes[List.of(Event.values()).indexOf(event)] != null)
        .map(event ->
            Arguments.of(
                in,
                event,
                expected(Objects.requireNonNull(outcomes[List.of(Event.values()).indexOf(event)]))))
        .toList();
  }

  private static String expected(String outcome) {
    return outcome.equals(outcome.toUpperCase(java.util.Locale.ROOT))
        ? "Closed:" + outcome
        : outcome;
  }

  @ParameterizedTest(name = "{0}: {1} + {2} -> {3}")
  @MethodSource("table")
  void answers(TransportChoice transport, In in, Event event, String expected) throws Exception {
    BackendTls.Mode tls = in == In.ASKING_FOR_TLS ? BackendTls.Mode.REQUIRE : BackendTls.Mode.OFF;
    try (Stage stage = new Stage(transport, in == In.CONNECTING ? 1 : 50, tls)) {
      Actors actors = bring(stage, in);
      Session session = stage.session();
      stage.awaitState(session, in.state);
      actors.act(stage, event, session);
      stage.awaitState(session, expected);
      actors.client().close();
      assertNothingLeft(stage);
    }
  }

  /** The server said N to the client's SSLRequest; now the proxy asks for its own TLS. */
  @Test
  void plainTextLeavesTheRawConnectionWhereServersHaveTls() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50, BackendTls.Mode.PREFER)) {
      Actors actors = withServer(stage, stage.client(), StartupBytes.sslRequest()).server('N');
      assertThat(actors.client().getInputStream().read()).isEqualTo('N');
      send(actors.client(), STARTUP);
      assertThat(actors.server().getInputStream().read()).as("raw connection").isEqualTo(-1);
      Socket server = accept(stage, StartupBytes.sslRequest());
      server.getOutputStream().write('N');
      assertThat(server.getInputStream().readNBytes(STARTUP.length)).isEqualTo(STARTUP);
      server.getOutputStream().write(AUTH_OK);
      assertThat(actors.client().getInputStream().readNBytes(AUTH_OK.length)).isEqualTo(AUTH_OK);
      assertThat(stage.backend.traffic().retriesTotal()).as("nobody is to blame").isZero();
      actors.client().close();
      assertNothingLeft(stage);
    }
  }

  @Test
  void aCancelRequestAsksForTlsToo() throws Exception {
    try (Stage stage = new Stage(TransportChoice.AUTO, 50, BackendTls.Mode.PREFER)) {
      byte[] cancel = StartupBytes.cancelRequest(1, new byte[] {1, 2, 3, 4});
      stage.serverIsUp();
      Socket client = stage.client();
      send(client, cancel);
      Socket server = accept(stage, StartupBytes.sslRequest());
      server.getOutputStream().write('N');
      assertThat(server.getInputStream().readNBytes(cancel.length)).isEqualTo(cancel);
      server.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      client.close();
      assertNothingLeft(stage);
    }
  }

  /** It would be TLS within TLS. */
  @Test
  void theClientsOwnTlsGoesOnAsItIs() throws Exception {
    for (byte[] opening : List.of(StartupBytes.sslRequest(), CLIENT_HELLO)) {
      try (Stage stage = new Stage(TransportChoice.AUTO, 50, BackendTls.Mode.REQUIRE)) {
        withServer(stage, stage.client(), opening).server('S');
        stage.awaitState(stage.session(), "Relaying");
      }
    }
  }

  private static void assertNothingLeft(Stage stage) {
    stage.sessions.stopAll();
    await()
        .atMost(Duration.ofSeconds(10))
        .pollInterval(Duration.ofMillis(5))
        .untilAsserted(() -> {
          assertThat(stage.sessions.live()).isZero();
          assertThat(stage.sessions.open()).isZero();
          assertThat(stage.backend.assigned()).isZero();
          assertThat(stage.backend.queued()).isZero();
          assertThat(stage.demand.snapshot().demand()).isZero();
        });
  }

  private static Actors bring(Stage stage, In in) throws IOException {
    Socket client = stage.client();
    return switch (in) {
      case AWAITING_STARTUP -> new Actors(client, null);
      case QUEUED -> send(client, STARTUP);
      case QUEUED_FOR_TLS -> send(client, StartupBytes.sslRequest());
      case CONNECTING -> {
        stage.fillServerBacklog();
        stage.serverIsUp();
        yield send(client, STARTUP);
      }
      case ASKING_FOR_TLS -> {
        stage.serverIsUp();
        send(client, STARTUP);
        yield new Actors(client, accept(stage, StartupBytes.sslRequest()));
      }
      case REFUSING -> {
        send(client, StartupBytes.sslRequest());
        stage.awaitState(stage.session(), "Queued");
        stage.session().stop(CloseReason.SHUTDOWN);
        yield new Actors(client, null);
      }
      case AWAITING_REPLY -> withServer(stage, client, STARTUP);
      case AWAITING_TLS_REPLY -> withServer(stage, client, StartupBytes.sslRequest());
      case AWAITING_DIRECT_TLS -> withServer(stage, client, CLIENT_HELLO);
      case NEGOTIATED -> withServer(stage, client, StartupBytes.sslRequest()).server('N');
      case AUTHENTICATING -> withServer(stage, client, STARTUP).server(AUTH_OK);
      case IDLE -> {
        Actors actors = withServer(stage, client, STARTUP).server(AUTH_OK).server(READY);
        client.getInputStream().readNBytes(AUTH_OK.length + READY.length);
        yield actors;
      }
      case CANCELLING ->
          withServer(stage, client, StartupBytes.cancelRequest(1, new byte[] {1, 2, 3, 4}));
    };
  }

  private static Actors send(Socket client, byte[] bytes) throws IOException {
    client.getOutputStream().write(bytes);
    return new Actors(client, null);
  }

  private static Actors withServer(Stage stage, Socket client, byte[] bytes) throws IOException {
    stage.serverIsUp();
    send(client, bytes);
    return new Actors(client, accept(stage, bytes));
  }

  /** A connection on which the server has got these bytes. */
  private static Socket accept(Stage stage, byte[] bytes) throws IOException {
    Socket server = stage.accept();
    assertThat(server.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    return server;
  }

  private record Actors(Socket client, @Nullable Socket serverOrNull) {
    Socket server() {
      return Objects.requireNonNull(serverOrNull);
    }

    Actors server(int... bytes) throws IOException {
      for (int b : bytes) {
        server().getOutputStream().write(b);
      }
      return this;
    }

    Actors server(byte[] bytes) throws IOException {
      server().getOutputStream().write(bytes);
      return this;
    }

    void act(Stage stage, Event event, Session session) {
      try {
        switch (event) {
          case CLIENT_BYTES -> client.getOutputStream().write(PARTIAL);
          case CLIENT_FIN -> client.shutdownOutput();
          case CLIENT_RESET -> reset(client);
          case SERVER_UP -> stage.serverIsUp();
          case SERVER_BYTES -> server(AUTH_OK);
          case SERVER_NOT_READY -> server(STARTING);
          case SERVER_FIN -> server().close();
          case SERVER_RESET -> reset(server());
          case STOP -> session.stop(CloseReason.SHUTDOWN);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void reset(Socket socket) throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
