// Every state answers every event as the table says, and whatever happens, nothing is left behind.
package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.session.Stage.Edge;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.TestTls;
import org.pgdeeplake.proxy.support.TlsTransport;

class SessionTableTest {
  private static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  private static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  private static final byte[] CLIENT_HELLO = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
  private static final byte[] READY = {'Z', 0, 0, 0, 5, 'I'};
  private static final byte[] PARTIAL = {0, 0};
  private static final byte[] PROXY_HEADER =
      "PROXY TCP4 192.0.2.1 127.0.0.1 4711 5432\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] STARTING =
      org.pgdeeplake.proxy.postgres.ErrorResponse.fatal("57P03", "starting").encode();

  /** States that hold a slot. */
  private static final Set<String> WITH_SERVER =
      Set.of("Connecting", "AwaitingReply", "Negotiated", "Relaying");

  /** What happens to the session. */
  enum Event {
    CLIENT_BYTES,
    CLIENT_FIN,
    /** As a FIN, but in TLS; the connection stays. */
    CLIENT_CLOSE_NOTIFY,
    CLIENT_RESET,
    SERVER_UP,
    SERVER_BYTES,
    SERVER_NOT_READY,
    SERVER_FIN,
    SERVER_RESET,
    STOP,
    /** An operator puts the server into maintenance. */
    MAINTENANCE,
    /** An operator closes the session. */
    KILL
  }

  /** How a session gets into each state; in CONNECTING no server answers. */
  enum In {
    AWAITING_PROXY_HEADER("AwaitingProxyHeader"),
    HALF_A_PROXY_HEADER("AwaitingProxyHeader"),
    AWAITING_STARTUP("AwaitingStartup"),
    HANDSHAKING("Handshaking"),
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

    /** Where it can be reached. */
    List<Edge> edges() {
      return switch (this) {
        case AWAITING_PROXY_HEADER, HALF_A_PROXY_HEADER -> List.of(Edge.PROXY_HEADER);
        case HANDSHAKING -> List.of(Edge.TLS, Edge.TLS_OF_JAVA);
        case QUEUED_FOR_TLS, AWAITING_TLS_REPLY, AWAITING_DIRECT_TLS, NEGOTIATED, REFUSING ->
            List.of(Edge.PLAIN);
        case AWAITING_STARTUP,
            QUEUED,
            CONNECTING,
            ASKING_FOR_TLS,
            AWAITING_REPLY,
            AUTHENTICATING,
            IDLE,
            CANCELLING ->
            List.of(Edge.values());
      };
    }

    boolean insideTls(Edge edge) {
      return edge.tls() && this != HANDSHAKING;
    }
  }

  static Stream<Arguments> table() {
    return Stream.of(
            row(
                In.AWAITING_PROXY_HEADER,
                "PROTOCOL_ERROR",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "AwaitingProxyHeader",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                null,
                "OPERATOR"),
            row(
                In.HALF_A_PROXY_HEADER,
                "AwaitingProxyHeader",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "AwaitingProxyHeader",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                null,
                "OPERATOR"),
            row(
                In.HANDSHAKING,
                "Handshaking",
                "CLIENT_LEFT_STARTUP",
                "CLIENT_LEFT_STARTUP",
                "Handshaking",
                null,
                null,
                null,
                null,
                "SHUTDOWN",
                null,
                "OPERATOR"),
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
                "SHUTDOWN",
                null,
                "OPERATOR"),
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
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
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
                "Refusing",
                "Queued",
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
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
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
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
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
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
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
                "SHUTDOWN",
                "Queued",
                "OPERATOR"),
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
                "Refusing",
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
                "SHUTDOWN",
                "AwaitingStartup",
                "OPERATOR"),
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
                "SHUTDOWN",
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
                "SHUTDOWN",
                "MAINTENANCE",
                "OPERATOR"),
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
                "SHUTDOWN",
                "MAINTENANCE",
                "OPERATOR"),
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
                "NORMAL",
                "Cancelling",
                "NORMAL"))
        .flatMap(List::stream)
        .flatMap(SessionTableTest::everywhere);
  }

  /** On each transport and, where the state is reached there, at each edge. */
  private static Stream<Arguments> everywhere(Arguments row) {
    @Nullable Object[] columns = row.get();
    In in = (In) Objects.requireNonNull(columns[0]);
    return Stream.of(TransportChoice.EPOLL, TransportChoice.NIO)
        .flatMap(transport ->
            in.edges().stream()
                .filter(edge -> columns[1] != Event.CLIENT_CLOSE_NOTIFY || in.insideTls(edge))
                .map(edge -> Arguments.of(transport, edge, in, columns[1], columns[2])));
  }

  /**
   * One outcome for each event, in the order of the enum, a FIN standing for a close_notify too;
   * null where the state has no server.
   */
  private static List<Arguments> row(In in, @Nullable String... outcomes) {
    List<Arguments> cells = new ArrayList<>();
    int column = 0;
    for (Event event : Event.values()) {
      if (event == Event.CLIENT_CLOSE_NOTIFY) {
        column--;
      }
      String outcome = outcomes[column++];
      if (outcome != null) {
        cells.add(Arguments.of(in, event, expected(outcome)));
      }
    }
    return cells;
  }

  private static String expected(String outcome) {
    return outcome.equals(outcome.toUpperCase(java.util.Locale.ROOT))
        ? "Closed:" + outcome
        : outcome;
  }

  @ParameterizedTest(name = "{0}, {1}: {2} + {3} -> {4}")
  @MethodSource("table")
  void answers(TransportChoice transport, Edge edge, In in, Event event, String expected)
      throws Exception {
    BackendTls.Mode tls = in == In.ASKING_FOR_TLS ? BackendTls.Mode.REQUIRE : BackendTls.Mode.OFF;
    try (Stage stage = new Stage(transport, edge, in == In.CONNECTING ? 1 : 50, tls)) {
      Actors actors = bring(stage, edge, in);
      Session session = stage.session();
      stage.awaitState(session, in.state);
      actors.act(stage, event, session);
      // Its loop has come to whatever it was told by then, so that staying is a fact, too.
      stage.awaitState(session, expected);
      assertThat(stage.backend.queued()).isEqualTo(expected.equals("Queued") ? 1 : 0);
      assertThat(stage.backend.assigned()).isEqualTo(WITH_SERVER.contains(expected) ? 1 : 0);
      actors.leave();
      assertNothingLeft(stage);
    }
  }

  static Stream<Arguments> brokenTls() {
    return Stream.of(
            Arguments.of(In.HANDSHAKING, "TLS_HANDSHAKE_FAILED"),
            Arguments.of(In.AWAITING_STARTUP, "PROTOCOL_ERROR"),
            Arguments.of(In.QUEUED, "CLIENT_LEFT_QUEUE"),
            Arguments.of(In.CONNECTING, "CLIENT_LEFT_CONNECTING"),
            Arguments.of(In.ASKING_FOR_TLS, "CLIENT_LEFT_CONNECTING"),
            Arguments.of(In.AWAITING_REPLY, "CLIENT_LEFT_CONNECTING"),
            Arguments.of(In.AUTHENTICATING, "CLIENT_ABORTED"),
            Arguments.of(In.IDLE, "CLIENT_ABORTED"),
            Arguments.of(In.CANCELLING, "Cancelling"))
        .flatMap(row ->
            Stream.of(Edge.TLS, Edge.TLS_OF_JAVA)
                .map(edge -> Arguments.of(edge, row.get()[0], row.get()[1])));
  }

  /** A failed handshake, and later what is no record of TLS. */
  @ParameterizedTest(name = "{0}: {1} + no TLS -> {2}")
  @MethodSource("brokenTls")
  void whereTlsBreaks(Edge edge, In in, String expected) throws Exception {
    BackendTls.Mode tls = in == In.ASKING_FOR_TLS ? BackendTls.Mode.REQUIRE : BackendTls.Mode.OFF;
    try (Stage stage = new Stage(TransportChoice.EPOLL, edge, in == In.CONNECTING ? 1 : 50, tls)) {
      Actors actors = bring(stage, edge, in);
      Session session = stage.session();
      stage.awaitState(session, in.state);
      actors.transport().getOutputStream().write(STARTUP);
      stage.awaitState(session, expected(expected));
      actors.leave();
      assertNothingLeft(stage);
    }
  }

  @Test
  void aHandshakeThatTakesTooLong() throws Exception {
    try (Stage stage = new Stage(TransportChoice.EPOLL, Edge.TLS, 50)) {
      Actors actors = bring(stage, Edge.TLS, In.HANDSHAKING);
      stage.awaitState(stage.session(), "Handshaking");
      Session session = stage.session();
      stage.awaitState(session, "Closed:TLS_HANDSHAKE_TIMEOUT");
      actors.leave();
      assertNothingLeft(stage);
    }
  }

  /** Where one is due it counts; everywhere else it is bytes like any others. */
  @ParameterizedTest
  @EnumSource
  void aProxyHeader(In in) throws Exception {
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
    BackendTls.Mode tls = in == In.ASKING_FOR_TLS ? BackendTls.Mode.REQUIRE : BackendTls.Mode.OFF;
    try (Stage stage = new Stage(TransportChoice.NIO, edge, in == In.CONNECTING ? 1 : 50, tls);
        LoggedLines errors = new LoggedLines(Session.class.getName())) {
      Actors actors = bring(stage, edge, in);
      Session session = stage.session();
      stage.awaitState(session, in.state);
      actors.transport().getOutputStream().write(PROXY_HEADER);
      stage.awaitState(session, expected);
      actors.leave();
      assertNothingLeft(stage);
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
      session.stop(CloseReason.SHUTDOWN);
      stage.awaitState(session, "Closed:SHUTDOWN");
      client.getOutputStream().write(PROXY_HEADER);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      client.close();
      assertNothingLeft(stage);
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
            case "ClientHello" -> CLIENT_HELLO;
            default -> STARTUP;
          };
      ByteBuffer segment = ByteBuffer.allocate(PROXY_HEADER.length + opening.length);
      client.getOutputStream().write(segment.put(PROXY_HEADER).put(opening).array());
      Session session = stage.session();
      stage.awaitState(session, "Queued");
      assertThat(stage.placesTaken()).isOne();
      stage.serverIsUp();
      assertThat(stage.accept().getInputStream().readNBytes(opening.length)).isEqualTo(opening);
      client.close();
      assertNothingLeft(stage);
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
          assertThat(stage.placesTaken()).isZero();
          assertThat(stage.backend.assigned()).isZero();
          assertThat(stage.backend.queued()).isZero();
          assertThat(stage.demand.snapshot().demand()).isZero();
        });
  }

  private static Actors bring(Stage stage, Edge edge, In in) throws IOException {
    TlsTransport transport = stage.client();
    if (in == In.AWAITING_PROXY_HEADER) {
      return new Actors(transport, transport, null);
    }
    if (in == In.HALF_A_PROXY_HEADER) {
      return send(transport, Arrays.copyOf(PROXY_HEADER, PROXY_HEADER.length / 2));
    }
    if (edge == Edge.PROXY_HEADER) {
      transport.getOutputStream().write(PROXY_HEADER);
    }
    if (edge.tls()) {
      transport.getOutputStream().write(StartupBytes.sslRequest());
      assertThat(transport.getInputStream().read()).isEqualTo('S');
    }
    return in == In.HANDSHAKING
        ? new Actors(transport, transport, null)
        : bring(stage, in, edge.tls() ? handshake(transport) : transport).over(transport);
  }

  private static Socket handshake(Socket transport) throws IOException {
    SSLSocket client = TestTls.socket(transport);
    client.startHandshake();
    return client;
  }

  private static Actors bring(Stage stage, In in, Socket client) throws IOException {
    return switch (in) {
      case AWAITING_PROXY_HEADER, HALF_A_PROXY_HEADER, HANDSHAKING ->
          throw new IllegalArgumentException();
      case AWAITING_STARTUP -> new Actors(client, client, null);
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
        Socket server = stage.accept();
        byte[] request = StartupBytes.sslRequest();
        assertThat(server.getInputStream().readNBytes(request.length)).isEqualTo(request);
        yield new Actors(client, client, server);
      }
      case REFUSING -> {
        send(client, StartupBytes.sslRequest());
        stage.awaitState(stage.session(), "Queued");
        stage.session().stop(CloseReason.SHUTDOWN);
        yield new Actors(client, client, null);
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
    return new Actors(client, client, null);
  }

  private static Actors withServer(Stage stage, Socket client, byte[] bytes) throws IOException {
    stage.serverIsUp();
    send(client, bytes);
    Socket server = stage.accept();
    server.getInputStream().readNBytes(bytes.length);
    return new Actors(client, client, server);
  }

  /**
   * @param transport of the client: its connection without TLS
   */
  private record Actors(Socket client, Socket transport, @Nullable Socket serverOrNull) {
    Actors over(Socket connection) {
      return new Actors(client, connection, serverOrNull);
    }

    Socket server() {
      return Objects.requireNonNull(serverOrNull);
    }

    /** The server, too: a cancel request is delivered whether or not its sender waits. */
    void leave() throws IOException {
      transport.close();
      if (serverOrNull != null) {
        serverOrNull.close();
      }
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
          case CLIENT_FIN -> transport.shutdownOutput();
          case CLIENT_CLOSE_NOTIFY -> ((TlsTransport) transport).closeNotify(client);
          case CLIENT_RESET -> reset(transport);
          case SERVER_UP -> stage.serverIsUp();
          case SERVER_BYTES -> server(AUTH_OK);
          case SERVER_NOT_READY -> server(STARTING);
          case SERVER_FIN -> server().close();
          case SERVER_RESET -> reset(server());
          case STOP -> session.stop(CloseReason.SHUTDOWN);
          case MAINTENANCE -> stage.administer(AdministrativeState.MAINT);
          case KILL -> session.stop(CloseReason.OPERATOR);
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
