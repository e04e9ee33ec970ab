// A connection is its owner's when the header is sent and TLS stands, or not at all; whatever a
// server answers to an SSLRequest, there is one outcome, in time, and the owner sees none of it.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.backend.Failure.Kind;
import org.pgdeeplake.proxy.backend.ServerConnector.Outcome;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.BackendTls.Mode;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.postgres.StartupBytes;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.tls.TlsConnector;
import org.pgdeeplake.proxy.tls.TlsFileException;

class ServerConnectorTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.1", 49153);
  private static final InetSocketAddress FRONTEND = new InetSocketAddress("192.0.2.2", 5432);
  private static final int HEADER_BYTES = 28;

  private final Transport transport = Transport.select(TransportChoice.AUTO);
  private final EventLoopGroup loops = transport.loops("test", 1);
  private final Resolver resolver = new Resolver(transport);
  private final ServerSocket listener;
  private final Owner owner = new Owner();
  private @Nullable TlsConnector tls;

  ServerConnectorTest() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    listener.setSoTimeout((int) LONG.toMillis());
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
    resolver.close();
    if (tls != null) {
      tls.close();
    }
  }

  /** What the server does with a connection. */
  interface Act {
    void with(Socket socket) throws IOException;
  }

  /** Collects what the owner of a connection sees. */
  private static final class Owner extends ChannelInboundHandlerAdapter {
    final Queue<Object> events = new ConcurrentLinkedQueue<>();
    final CompletableFuture<String> read = new CompletableFuture<>();

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ByteBuf chunk = (ByteBuf) message;
      String text = chunk.toString(StandardCharsets.ISO_8859_1);
      chunk.release();
      events.add(text);
      read.complete(text);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      events.add(cause);
    }
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
        failure("resets", ServerConnectorTest::reset, Kind.EARLY_CLOSE, "reset the connection"),
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
              says("E\0\0\0\60SFATAL").with(socket);
              socket.close();
            },
            Kind.EARLY_CLOSE,
            "closed the connection on an SSLRequest"),
        failure(
            "S, then closes",
            socket -> {
              says("S").with(socket);
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
    CompletableFuture<Outcome> outcome = connect(Mode.REQUIRE, null, LONG);
    try (Socket server = accept()) {
      act.with(server);
      assertThat(within(outcome)).isEqualTo(new Outcome.Failed(expected));
      awaitEnd(server);
    }
    assertThat(owner.events).isEmpty();
  }

  @Test
  void garbageInTheHandshake() throws Exception {
    CompletableFuture<Outcome> outcome = connect(Mode.REQUIRE, null, LONG);
    try (Socket server = accept()) {
      says("S").with(server);
      server.getInputStream().readNBytes(5);
      says("HTTP/1.1 400 Bad Request\r\n\r\n").with(server);
      assertThat(within(outcome))
          .isInstanceOfSatisfying(
              Outcome.Failed.class,
              failed -> {
                assertThat(failed.failure().kind()).isEqualTo(Kind.TLS);
                assertThat(failed.failure().detail()).isNotBlank().doesNotContain("\n");
              });
      awaitEnd(server);
    }
    assertThat(owner.events).isEmpty();
  }

  @Test
  void silenceIsLimited() throws Exception {
    CompletableFuture<Outcome> outcome = connect(Mode.REQUIRE, null, Duration.ofMillis(300));
    try (Socket server = accept()) {
      assertThat(within(outcome)).isEqualTo(timeout("no answer to an SSLRequest within 300 ms"));
      awaitEnd(server);
    }
  }

  @Test
  void aHandshakeIsLimitedWithIt() throws Exception {
    CompletableFuture<Outcome> outcome = connect(Mode.PREFER, null, Duration.ofMillis(300));
    try (Socket server = accept()) {
      says("S").with(server);
      assertThat(within(outcome)).isEqualTo(timeout("no end of the TLS handshake within 300 ms"));
      awaitEnd(server);
    }
  }

  private static Outcome timeout(String detail) {
    return new Outcome.Failed(new Failure(Kind.TIMEOUT, detail));
  }

  @Test
  void anAnswerInPieces() throws Exception {
    CompletableFuture<Outcome> outcome = connect(Mode.REQUIRE, null, LONG);
    try (Socket server = accept()) {
      for (char c : error("53300").toCharArray()) {
        says(String.valueOf(c)).with(server);
      }
      assertThat(within(outcome))
          .isEqualTo(
              new Outcome.Failed(
                  new Failure(Kind.FULL, "answered an SSLRequest with an error 53300")));
    }
  }

  @Test
  void preferGoesOnInPlainText() throws Exception {
    CompletableFuture<Outcome> outcome = connect(Mode.PREFER, null, LONG);
    try (Socket server = accept()) {
      says("N").with(server);
      assertTalk(outcome, server);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PREFER", "REQUIRE"})
  void theOwnerSpeaksTls(Mode mode) throws Exception {
    CompletableFuture<Outcome> outcome = connect(mode, ProxyHeader.of(CLIENT, FRONTEND), LONG);
    try (Socket server = listener.accept()) {
      assertThat(server.getInputStream().readNBytes(HEADER_BYTES)).startsWith('\r', '\n');
      assertThat(server.getInputStream().readNBytes(8)).isEqualTo(StartupBytes.sslRequest());
      says("S").with(server);
      try (SSLSocket tls = tls(server)) {
        assertTalk(outcome, tls);
      }
    }
  }

  /** With TLS 1.3, a server says what it thinks of a client's certificate after the handshake. */
  @Test
  void aRefusalBehindTheHandshakeIsReadable() throws Exception {
    CompletableFuture<Outcome> outcome = connect(Mode.REQUIRE, null, LONG);
    try (Socket server = accept()) {
      says("S").with(server);
      SSLSocket tls = tlsSocket(server);
      tls.setNeedClientAuth(true);
      assertThatThrownBy(tls::startHandshake).isInstanceOf(SSLException.class);
      assertThat(within(outcome)).isInstanceOf(Outcome.Connected.class);
      await().until(() -> !owner.events.isEmpty());
      assertThat(owner.events.peek())
          .isInstanceOfSatisfying(
              IOException.class,
              cause ->
                  assertThat(cause)
                      .hasMessageStartingWith("the other end refused with the alert ")
                      .hasMessageContaining("certificate"));
    }
  }

  @Test
  void plainTextAsksForNothing() throws Exception {
    CompletableFuture<Outcome> outcome = connect(null, null, LONG);
    try (Socket server = listener.accept()) {
      assertTalk(outcome, server);
    }
  }

  @Test
  void aHeaderComesFirst() throws Exception {
    CompletableFuture<Outcome> outcome = connect(null, new ProxyHeader.Local(), LONG);
    try (Socket server = listener.accept()) {
      assertThat(server.getInputStream().readNBytes(16)).startsWith('\r', '\n');
      assertTalk(outcome, server);
    }
  }

  @Test
  void whoGivesUpIsNotTold() throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    ServerConnector.Attempt attempt = attempt(Mode.REQUIRE, null, LONG, outcome);
    try (Socket server = accept()) {
      loops.submit(attempt::cancel).get(10, TimeUnit.SECONDS);
      awaitEnd(server);
      loops.submit(() -> {}).get(10, TimeUnit.SECONDS);
      assertThat(outcome).isNotDone();
    }
  }

  /** Both ends hear each other, and the owner nothing else. */
  private void assertTalk(CompletableFuture<Outcome> outcome, Socket server) throws Exception {
    assertThat(within(outcome)).isInstanceOf(Outcome.Connected.class);
    if (within(outcome) instanceof Outcome.Connected(var channel)) {
      var _ = channel.writeAndFlush(Unpooled.copiedBuffer("question", StandardCharsets.US_ASCII));
      assertThat(new String(server.getInputStream().readNBytes(8), StandardCharsets.US_ASCII))
          .isEqualTo("question");
      says("answer").with(server);
      assertThat(owner.read.get(10, TimeUnit.SECONDS)).isEqualTo("answer");
      assertThat(owner.events).containsExactly("answer");
      var _ = channel.close();
    }
  }

  private CompletableFuture<Outcome> connect(
      @Nullable Mode mode, @Nullable ProxyHeader header, Duration limit) throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    var _ = attempt(mode, header, limit, outcome);
    return outcome;
  }

  private ServerConnector.Attempt attempt(
      @Nullable Mode mode,
      @Nullable ProxyHeader header,
      Duration limit,
      CompletableFuture<Outcome> outcome)
      throws Exception {
    HostPort address = new HostPort("127.0.0.1", listener.getLocalPort());
    Destination destination = new Destination(address, mode == null ? null : tls(mode), header);
    var loop = loops.next();
    return loop.submit(() ->
            new ServerConnector(transport, resolver)
                .connect(
                    destination,
                    loop,
                    limit,
                    owner,
                    result -> assertThat(outcome.complete(result)).as("told once").isTrue()))
        .get(10, TimeUnit.SECONDS);
  }

  private TlsConnector tls(Mode mode) throws TlsFileException {
    tls =
        TlsConnector.load(new BackendTls(mode, null, false, null, "TLSv1.2", List.of()), List::of);
    return tls;
  }

  private static SSLSocket tls(Socket server) throws Exception {
    SSLSocket tls = tlsSocket(server);
    tls.startHandshake();
    return tls;
  }

  private static SSLSocket tlsSocket(Socket server) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        TestCertificate.authority("ca").issue().bundle().toKeyManagerFactory().getKeyManagers(),
        null,
        null);
    SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(server, null, false);
    tls.setUseClientMode(false);
    return tls;
  }

  private Socket accept() throws IOException {
    Socket server = listener.accept();
    server.setSoTimeout((int) LONG.toMillis());
    assertThat(server.getInputStream().readNBytes(8)).isEqualTo(StartupBytes.sslRequest());
    return server;
  }

  private static Act says(String bytes) {
    return socket -> {
      OutputStream out = socket.getOutputStream();
      out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
    };
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

  /** The proxy has closed its end. */
  private static void awaitEnd(Socket server) {
    if (!server.isClosed()) {
      try {
        server.getInputStream().readAllBytes();
      } catch (IOException e) {
        // A reset is an end too.
        assertThat(e).isNotInstanceOf(java.net.SocketTimeoutException.class);
      }
    }
  }

  private static Outcome within(CompletableFuture<Outcome> outcome) throws Exception {
    return outcome.get(10, TimeUnit.SECONDS);
  }
}
