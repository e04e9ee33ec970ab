package org.pgdeeplake.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.support.TestTls;
import org.pgdeeplake.proxy.support.TlsTransport;

/**
 * Both ends of one session, brought into a state.
 *
 * @param transport of the client: its connection without TLS
 */
record Actors(Socket client, Socket transport, @Nullable Socket serverOrNull) {
  static final byte[] STARTUP = StartupBytes.startupMessage(0, "user", "u");
  static final byte[] AUTH_OK = {'R', 0, 0, 0, 8, 0, 0, 0, 0};
  static final byte[] CLIENT_HELLO = {0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0};
  static final byte[] READY = {'Z', 0, 0, 0, 5, 'I'};
  static final byte[] PARTIAL = {0, 0};
  static final byte[] PROXY_HEADER =
      "PROXY TCP4 192.0.2.1 127.0.0.1 4711 5432\r\n".getBytes(StandardCharsets.US_ASCII);
  static final byte[] STARTING =
      org.pgdeeplake.proxy.postgres.ErrorResponse.fatal("57P03", "starting").encode();

  static Actors bring(Stage stage, Edge edge, Situation in) throws IOException {
    TlsTransport transport = stage.client();
    if (in == Situation.AWAITING_PROXY_HEADER) {
      return new Actors(transport, transport, null);
    }
    if (in == Situation.HALF_A_PROXY_HEADER) {
      return send(transport, Arrays.copyOf(PROXY_HEADER, PROXY_HEADER.length / 2));
    }
    if (edge == Edge.PROXY_HEADER) {
      transport.getOutputStream().write(PROXY_HEADER);
    }
    if (edge.tls()) {
      transport.getOutputStream().write(StartupBytes.sslRequest());
      assertThat(transport.getInputStream().read()).isEqualTo('S');
    }
    return in == Situation.HANDSHAKING
        ? new Actors(transport, transport, null)
        : bring(stage, in, edge.tls() ? handshake(transport) : transport).over(transport);
  }

  private static Socket handshake(Socket transport) throws IOException {
    SSLSocket client = TestTls.socket(transport);
    client.startHandshake();
    return client;
  }

  private static Actors bring(Stage stage, Situation in, Socket client) throws IOException {
    return switch (in) {
      case AWAITING_PROXY_HEADER, HALF_A_PROXY_HEADER, HANDSHAKING ->
          throw new IllegalArgumentException();
      case AWAITING_STARTUP -> new Actors(client, client, null);
      case QUEUED -> send(client, STARTUP);
      case QUEUED_FOR_TLS -> send(client, StartupBytes.sslRequest());
      case CONNECTING -> {
        stage.server.fillBacklog();
        stage.serverIsUp();
        yield send(client, STARTUP);
      }
      case ASKING_FOR_TLS -> {
        stage.serverIsUp();
        send(client, STARTUP);
        Socket server = stage.server.accept();
        byte[] request = StartupBytes.sslRequest();
        assertThat(server.getInputStream().readNBytes(request.length)).isEqualTo(request);
        yield new Actors(client, client, server);
      }
      case REFUSING -> {
        send(client, StartupBytes.sslRequest());
        stage.awaitState(stage.session(), "Queued");
        stage.session().calls().stop(CloseReason.SHUTDOWN);
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
    Socket server = stage.server.accept();
    server.getInputStream().readNBytes(bytes.length);
    return new Actors(client, client, server);
  }

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

  void act(Stage stage, SessionEvent event, Session session) {
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
        case STOP -> session.calls().stop(CloseReason.SHUTDOWN);
        case MAINTENANCE -> stage.administer(AdministrativeState.MAINT);
        case KILL -> session.calls().stop(CloseReason.OPERATOR);
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
