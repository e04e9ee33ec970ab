package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.RawClient.Message;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: a client that has finished speaking inside TLS, however it says so, still hears every byte,
// and is missed when it goes away.
@Tag("long")
class TlsHalfCloseIT {
  private static final int ROWS = 20 * 1024;
  private static final int ROUNDS = 10;

  @TempDir private static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestTls tls;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres postgres;

  @BeforeAll
  static void start() {
    tls = TestTls.in(directory);
    postgres = TestPostgres.started();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static TestProxy proxy(String transport) {
    return TestProxy.to(postgres)
        .frontend(tls.terminate())
        .proxy("transport = " + transport)
        .start();
  }

  private static void finish(RawClient client, String how) throws IOException {
    switch (how) {
      case "close_notify" -> client.closeNotify();
      case "FIN" -> client.transport().shutdownOutput();
      default -> client.shutdownOutput();
    }
  }

  private static byte[] rows(int count) {
    return RawClient.query(
        "select rpad(i::text, 1017, 'x') from generate_series(1, %d) i".formatted(count));
  }

  @ParameterizedTest
  @CsvSource({
    "epoll, close_notify",
    "epoll, FIN",
    "epoll, both",
    "nio, close_notify",
    "nio, FIN",
    "nio, both"
  })
  void hearsEveryByte(String transport, String how) throws IOException {
    try (TestProxy proxy = proxy(transport);
        LoggedLines log = new LoggedLines("session")) {
      for (int round = 0; round < ROUNDS; round++) {
        try (RawClient client = RawClient.tlsSession(proxy.address())) {
          client.send(rows(ROWS));
          finish(client, how);
          List<Message> answer = client.readUntil('Z');
          assertThat(answer.stream().filter(m -> m.type() == 'D')).hasSize(ROWS);
          assertThat(client.read()).as("then the server closes").isNull();
        }
      }
      proxy.awaitNoSession();
      assertThat(log.await(ROUNDS)).hasSize(ROUNDS).allMatch(line -> line.contains(" -- "));
    }
  }

  /** What comes behind a close_notify is nobody's, and is not gathered. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void whatComesBehindACloseNotifyIsDropped(String transport) throws IOException {
    try (TestProxy proxy = proxy(transport);
        RawClient client = RawClient.tlsSession(proxy.address())) {
      client.send(RawClient.query("select pg_sleep(1)"));
      client.closeNotify();
      byte[] much = new byte[1 << 16];
      for (int i = 0; i < 16; i++) {
        client.transport().getOutputStream().write(much);
      }
      assertThat(client.readUntil('Z')).isNotEmpty();
      assertThat(client.read()).isNull();
      proxy.awaitNoSession();
    }
  }

  /** Only a failed write tells of it. */
  @ParameterizedTest
  @CsvSource({
    "epoll, close_notify",
    "epoll, FIN",
    "epoll, both",
    "nio, close_notify",
    "nio, FIN",
    "nio, both"
  })
  void isMissedWhenItGoesAway(String transport, String how) throws IOException {
    try (TestProxy proxy = proxy(transport)) {
      for (int round = 0; round < ROUNDS; round++) {
        try (RawClient client = RawClient.tlsSession(proxy.address())) {
          client.send(rows(10 * ROWS));
          finish(client, how);
          client.readUntil('D');
          client.reset();
        }
        proxy.awaitNoSession();
      }
    }
  }

  /** One read can be many records: only the next read, unasked for, says that it has hung up. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "nio"})
  void aWaiterThatHasSentMuchIsStillThere(String transport) throws IOException {
    int queries = 200;
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy =
            TestProxy.to(asleep)
                .frontend(tls.terminate())
                .proxy("transport = " + transport)
                .start();
        RawClient client = RawClient.open(proxy.address()).startTls()) {
      client.send(RawClient.startup());
      proxy.awaitQueued(1);
      List<byte[]> packets = new ArrayList<>();
      for (int i = 0; i < queries; i++) {
        packets.add(RawClient.query("select length('" + "x".repeat(2_000 + i) + "')"));
      }
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (byte[] packet : packets) {
                    client.send(packet);
                  }
                } catch (IOException e) {
                  // The reader misses the answers.
                }
              });
      asleep.start();
      client.readUntil('Z');
      for (int i = 0; i < queries; i++) {
        assertThat(client.readUntil('Z').toString()).contains(String.valueOf(2_000 + i));
      }
      await().until(() -> !sender.isAlive());
    }
  }

  /** With much unread, too. */
  @ParameterizedTest(name = "reset {0}")
  @ValueSource(booleans = {true, false})
  void aWaiterThatLeavesIsGone(boolean reset) throws IOException {
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy = TestProxy.to(asleep).frontend(tls.terminate()).start()) {
      RawClient client = RawClient.open(proxy.address()).startTls();
      client.send(RawClient.startup(), new byte[(reset ? 512 : 40) * 1024]);
      proxy.awaitQueued(1);
      if (reset) {
        client.reset();
      } else {
        client.transport().close();
      }
      proxy.awaitNoSession();
      assertThat(proxy.backend().queued()).isZero();
    }
  }
}
