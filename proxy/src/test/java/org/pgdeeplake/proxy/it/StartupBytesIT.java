package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.SessionFault;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: what a client sends before its server answers arrives once and whole, however it is cut.
class StartupBytesIT extends PostgresStage {
  private static final byte[] INSERT = RawClient.query("insert into t values (1)");

  @BeforeEach
  void createTable() throws SQLException {
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("drop table if exists t");
      statement.execute("create table t (i int)");
    }
  }

  private static void sendByteByByte(RawClient client, byte[] packet) throws IOException {
    for (byte one : packet) {
      client.send(new byte[] {one});
    }
  }

  private static void assertInsertedOnce(RawClient client) throws IOException {
    client.readUntil('Z');
    client.readUntil('Z');
    assertThat(client.value("select count(*) from t")).isEqualTo("1");
  }

  @Test
  void byteByByte() throws IOException {
    try (TestProxy proxy = TestProxy.to(postgres).start();
        RawClient client = RawClient.open(proxy.address())) {
      sendByteByByte(client, RawClient.sslRequest());
      assertThat(client.readByte()).isEqualTo('N');
      sendByteByByte(client, RawClient.startup());
      sendByteByByte(client, INSERT);
      assertInsertedOnce(client);
    }
  }

  @Test
  void aQueryBehindTheStartupMessage() throws IOException {
    try (TestProxy proxy = TestProxy.to(postgres).start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup(), INSERT);
      assertInsertedOnce(client);
    }
  }

  /** Sent to each server that is tried, and run by the one that takes the session. */
  @ParameterizedTest
  @EnumSource
  void aQueryBehindTheStartupMessageThroughFailures(SessionFault fault) throws IOException {
    try (FaultyServer server = FaultyServer.before(postgres, fault, fault);
        TestProxy proxy =
            TestProxy.to().server(server.address()).backend("timeouts.connect = 200ms").start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup(), INSERT);
      assertInsertedOnce(client);
      assertThat(server.met()).isEqualTo(2);
    }
  }

  /** More than the proxy holds waits in the client's socket. */
  @Test
  void muchBehindTheStartupMessageWhileNoServerIsUp() throws IOException {
    int queries = 20;
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy = TestProxy.to(asleep).start();
        RawClient client = RawClient.open(proxy.address())) {
      List<byte[]> packets = new ArrayList<>(List.of(RawClient.startup()));
      for (int i = 0; i < queries; i++) {
        packets.add(RawClient.query("select length('" + "x".repeat(20_000 + i) + "')"));
      }
      Thread sender =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  client.send(packets.toArray(byte[][]::new));
                } catch (IOException e) {
                  // The reader misses the answers.
                }
              });
      proxy.awaitQueued(1);
      asleep.start();
      client.readUntil('Z');
      for (int i = 0; i < queries; i++) {
        assertThat(client.readUntil('Z').toString()).contains(String.valueOf(20_000 + i));
      }
      assertThat(sender.isAlive()).isFalse();
    }
  }

  /** Bytes behind an SSLRequest could come from somebody in between (CVE-2021-23214). */
  @Test
  void bytesStuffedBehindAnSslRequest() throws IOException {
    try (ReservedPort asleep = new ReservedPort();
        TestProxy proxy = TestProxy.to().server(asleep.address()).start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.sslRequest(), RawClient.startup());
      assertThat(Objects.requireNonNull(client.read()).fields()).containsEntry('C', "08P01");
      assertThat(client.read()).isNull();
      assertThat(proxy.demand().demand()).isZero();
    }
  }

  /**
   * A client that gives up while it waits, with bytes still unread. A FIN cannot pass what fills
   * the socket's buffers before it; a reset can.
   */
  @ParameterizedTest(name = "reset {0}")
  @ValueSource(booleans = {true, false})
  void aClientThatLeavesWithMuchUnread(boolean reset) throws IOException {
    try (ReservedPort asleep = new ReservedPort();
        TestProxy proxy = TestProxy.to().server(asleep.address()).start()) {
      RawClient client = RawClient.open(proxy.address());
      byte[] much = new byte[(reset ? 512 : 40) * 1024];
      client.send(RawClient.startup(), much);
      proxy.awaitQueued(1);
      if (reset) {
        client.reset();
      } else {
        client.close();
      }
      proxy.awaitNoSession();
      assertThat(proxy.backend().queued()).isZero();
    }
  }
}
