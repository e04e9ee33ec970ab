// A connection is its owner's when the header is sent and TLS stands, or not at all.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.pgdeeplake.proxy.backend.ConnectorStage.LONG;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.backend.ServerConnector.Outcome;
import org.pgdeeplake.proxy.config.BackendTls.Mode;
import org.pgdeeplake.proxy.postgres.StartupBytes;

class ServerConnectorTest {
  private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.1", 49153);
  private static final InetSocketAddress FRONTEND = new InetSocketAddress("192.0.2.2", 5432);
  private static final int HEADER_BYTES = 28;

  private final ConnectorStage stage = new ConnectorStage();

  ServerConnectorTest() throws IOException {}

  @AfterEach
  void close() throws IOException {
    stage.close();
  }

  @Test
  void preferGoesOnInPlainText() throws Exception {
    CompletableFuture<Outcome> outcome = stage.connect(Mode.PREFER, null, LONG);
    try (Socket server = stage.accept()) {
      ConnectorStage.say(server, "N");
      assertTalk(outcome, server);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PREFER", "REQUIRE"})
  void theOwnerSpeaksTls(Mode mode) throws Exception {
    CompletableFuture<Outcome> outcome =
        stage.connect(mode, ProxyHeader.of(CLIENT, FRONTEND), LONG);
    try (Socket server = stage.acceptAny()) {
      assertThat(server.getInputStream().readNBytes(HEADER_BYTES)).startsWith('\r', '\n');
      assertThat(server.getInputStream().readNBytes(8)).isEqualTo(StartupBytes.sslRequest());
      ConnectorStage.say(server, "S");
      try (SSLSocket tls = ConnectorStage.tls(server)) {
        assertTalk(outcome, tls);
      }
    }
  }

  /** With TLS 1.3, a server says what it thinks of a client's certificate after the handshake. */
  @Test
  void aRefusalBehindTheHandshakeIsReadable() throws Exception {
    CompletableFuture<Outcome> outcome = stage.connect(Mode.REQUIRE, null, LONG);
    try (Socket server = stage.accept()) {
      ConnectorStage.say(server, "S");
      SSLSocket tls = ConnectorStage.tlsSocket(server);
      tls.setNeedClientAuth(true);
      assertThatThrownBy(tls::startHandshake).isInstanceOf(SSLException.class);
      assertThat(ConnectorStage.within(outcome)).isInstanceOf(Outcome.Connected.class);
      await().until(() -> !stage.owner.events.isEmpty());
      assertThat(stage.owner.events.peek())
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
    CompletableFuture<Outcome> outcome = stage.connect(null, null, LONG);
    try (Socket server = stage.acceptAny()) {
      assertTalk(outcome, server);
    }
  }

  @Test
  void aHeaderComesFirst() throws Exception {
    CompletableFuture<Outcome> outcome = stage.connect(null, new ProxyHeader.Local(), LONG);
    try (Socket server = stage.acceptAny()) {
      assertThat(server.getInputStream().readNBytes(16)).startsWith('\r', '\n');
      assertTalk(outcome, server);
    }
  }

  @Test
  void whoGivesUpIsNotTold() throws Exception {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    ServerConnector.Attempt attempt = stage.attempt(Mode.REQUIRE, null, LONG, outcome);
    try (Socket server = stage.accept()) {
      stage.onLoop(attempt::cancel);
      ConnectorStage.awaitEnd(server);
      stage.onLoop(() -> {});
      assertThat(outcome).isNotDone();
    }
  }

  /** Both ends hear each other, and the owner nothing else. */
  private void assertTalk(CompletableFuture<Outcome> outcome, Socket server) throws Exception {
    assertThat(ConnectorStage.within(outcome)).isInstanceOf(Outcome.Connected.class);
    if (ConnectorStage.within(outcome) instanceof Outcome.Connected(var channel)) {
      var _ = channel.writeAndFlush(Unpooled.copiedBuffer("question", StandardCharsets.US_ASCII));
      assertThat(new String(server.getInputStream().readNBytes(8), StandardCharsets.US_ASCII))
          .isEqualTo("question");
      ConnectorStage.say(server, "answer");
      assertThat(stage.owner.read.get(10, TimeUnit.SECONDS)).isEqualTo("answer");
      assertThat(stage.owner.events).containsExactly("answer");
      var _ = channel.close();
    }
  }
}
