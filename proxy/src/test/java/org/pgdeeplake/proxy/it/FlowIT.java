package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.RawClient.Message;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: each end feels the other's pace, its end and its failure as if there were no proxy between.
class FlowIT extends PostgresStage {
  private static final long MIB = 1 << 20;

  /** What kernels hold on four sockets, and the proxy's own buffers, with room to spare. */
  private static final long ON_THE_WAY = 32 * MIB;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestProxy proxy;

  @BeforeEach
  void startProxy() {
    proxy = edge(TestProxy.to(postgres)).start();
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  /** How the proxy meets its clients. */
  ProxyFile edge(ProxyFile builder) {
    return builder;
  }

  /** A client that the proxy met so, at the beginning of startup. */
  RawClient met(RawClient client) throws IOException {
    return client;
  }

  private RawClient session() throws IOException {
    return session(0);
  }

  private RawClient session(int receiveBuffer) throws IOException {
    RawClient client = met(RawClient.open(proxy.address(), receiveBuffer));
    client.send(RawClient.startup());
    client.readUntil('Z');
    return client;
  }

  private static byte[] rows(int megabytes) {
    return RawClient.query(
        "select rpad(i::text, 1017, 'x') from generate_series(1, %d) i"
            .formatted(megabytes * 1024));
  }

  @Test
  void aSlowReaderMakesTheServerWait() throws IOException {
    try (RawClient client = session(64 * 1024)) {
      client.send(rows(200));
      long taken = settled(proxy.backend().traffic()::bytesOutTotal);
      assertThat(taken).isLessThan(ON_THE_WAY);
      List<Message> answer = client.readUntil('Z');
      assertThat(answer.stream().filter(m -> m.type() == 'D')).hasSize(200 * 1024);
    }
  }

  @Test
  void aSlowServerMakesTheClientWait() throws IOException {
    int queries = 3_000;
    byte[] query = RawClient.query("select length('" + "x".repeat(64 * 1024) + "')");
    try (RawClient client = session()) {
      client.send(RawClient.query("select pg_sleep(3)"));
      Thread.ofVirtual()
          .start(() -> {
            try {
              for (int i = 0; i < queries; i++) {
                client.send(query);
              }
            } catch (IOException e) {
              // The reader misses the answers.
            }
          });
      long taken = settled(proxy.backend().traffic()::bytesInTotal);
      assertThat(taken).isLessThan(ON_THE_WAY);
      for (int i = 0; i <= queries; i++) {
        client.readUntil('Z');
      }
    }
  }

  /** The value once it has stopped growing. */
  private static long settled(LongSupplier bytes) {
    long[] last = {0};
    await("has begun").until(() -> bytes.getAsLong() > 3 * MIB);
    await("has stopped")
        .pollInterval(Duration.ofMillis(300))
        .until(() -> {
          long before = last[0];
          last[0] = bytes.getAsLong();
          return last[0] == before;
        });
    return last[0];
  }

  @Test
  void aClientThatHasFinishedSpeakingStillHearsTheAnswer() throws IOException {
    try (RawClient client = session()) {
      client.send(rows(50));
      client.shutdownOutput();
      List<Message> answer = client.readUntil('Z');
      assertThat(answer.stream().filter(m -> m.type() == 'D')).hasSize(50 * 1024);
      assertThat(client.read()).as("then the server closes").isNull();
    }
    proxy.awaitNoSession();
  }

  @Test
  void aServerThatGoesAwayTakesItsSessionsWithItAtOnce() throws IOException {
    try (TestPostgres mortal = TestPostgres.started();
        TestProxy before = TestProxy.to(mortal).start();
        RawClient idle = RawClient.session(before.address());
        RawClient busy = RawClient.session(before.address())) {
      busy.send(RawClient.query("select pg_sleep(60)"));
      await().until(() -> before.demand().busy() == 1);
      mortal.kill9();
      awaitEnd(idle);
      awaitEnd(busy);
      before.awaitNoSession();
    }
  }

  /** However it ends: a dying server may find time for a last word. */
  private static void awaitEnd(RawClient client) throws IOException {
    try {
      assertThat(client.readToEnd()).hasSizeLessThan(1024);
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @Test
  void theServersLastWordsArrive() throws IOException, SQLException {
    try (RawClient client = session();
        Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      String pid = client.value("select pg_backend_pid()");
      statement.execute("select pg_terminate_backend(" + pid + ")");
      assertThat(client.readUntil('E').getLast().fields()).containsEntry('C', "57P01");
      assertThat(client.read()).isNull();
    }
    proxy.awaitNoSession();
  }

  @Test
  void aServersResetReachesTheClient() throws IOException {
    try (FaultyServer server = FaultyServer.before(postgres);
        TestProxy before = TestProxy.to().server(server.address()).start();
        RawClient client = RawClient.session(before.address())) {
      server.resetAll();
      assertThatThrownBy(client::read)
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
      before.awaitNoSession();
    }
  }

  @Test
  void aClientsResetReachesTheServer() throws IOException, SQLException {
    try (RawClient client = session();
        Connection connection = postgres.connect();
        Statement statement = connection.createStatement()) {
      String pid = client.value("select pg_backend_pid()");
      client.reset();
      proxy.awaitNoSession();
      await("the server's process ends")
          .until(() -> {
            try (ResultSet rows =
                statement.executeQuery(
                    "select count(*) from pg_stat_activity where pid = " + pid)) {
              return rows.next() && rows.getInt(1) == 0;
            }
          });
    }
  }

  /** As a client that dies while its result is under way. */
  @Test
  void aClientsResetInTheMiddleOfAResultFreesItsSlot() throws IOException {
    for (int i = 0; i < 10; i++) {
      try (RawClient client = session()) {
        client.send(rows(100));
        client.readUntil('D');
        client.reset();
      }
      proxy.awaitNoSession();
    }
  }
}
