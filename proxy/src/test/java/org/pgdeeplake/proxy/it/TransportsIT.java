package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Kernel;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestDns;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: whatever moves the bytes, a session is the same: its bytes, its wait, its end.
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"epoll", "io_uring", "nio"})
@Tag("long")
class TransportsIT extends PostgresStage {
  private static final int PIECE = 10 << 20;
  private static final int PIECES = 5;
  private static final String SLEEPERS =
      "select count(*) from pg_stat_activity where wait_event = 'PgSleep'";

  @Parameter
  @SuppressWarnings("NullAway.Init") // set before each test
  private String transport;

  @TempDir private Path directory;

  @BeforeEach
  void worksHere() {
    Kernel.assumeTransport(transport);
  }

  private ProxyFile to(TestPostgres... servers) {
    return TestProxy.to(servers).proxy("transport = " + transport);
  }

  @Test
  void bytesBothWays() throws Exception {
    try (TestProxy proxy = to(postgres).start();
        Connection connection = proxy.connect("binaryTransfer=true", "prepareThreshold=-1");
        PreparedStatement echo =
            connection.prepareStatement("select ?::bytea, encode(sha256(?::bytea), 'hex')")) {
      Random random = new Random(7);
      byte[] piece = new byte[PIECE];
      for (int i = 0; i < PIECES; i++) {
        random.nextBytes(piece);
        echo.setBytes(1, piece);
        echo.setBytes(2, piece);
        try (ResultSet row = echo.executeQuery()) {
          row.next();
          assertThat(MessageDigest.isEqual(row.getBytes(1), piece)).isTrue();
          assertThat(row.getString(2))
              .isEqualTo(
                  HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(piece)));
        }
      }
    }
  }

  /** Read as messages, so that the relay meets large and small chunks in turn. */
  @Test
  void manySmallAnswersAndLargeOnesInTurn() throws IOException {
    try (TestProxy proxy = to(postgres).start();
        RawClient client = RawClient.session(proxy.address())) {
      for (int i = 0; i < 300; i++) {
        assertThat(client.value("select " + i)).isEqualTo(String.valueOf(i));
        if (i % 50 == 0) {
          int length = 3 << 20;
          assertThat(client.value("select repeat('%d', %d)".formatted(i % 9, length)))
              .isEqualTo(String.valueOf(i % 9).repeat(length));
        }
      }
    }
  }

  @Test
  void whoWaitsIsServed() throws IOException {
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy = to(asleep).start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      proxy.awaitQueued(1);
      // What comes behind the StartupMessage is kept too.
      client.send(RawClient.query("select 'behind'"));
      asleep.start();
      client.readUntil('Z');
      assertThat(client.readUntil('Z'))
          .anySatisfy(m -> assertThat(m.toString()).contains("behind"));
      assertThat(proxy.get("/metrics")).contains("pgproxy_transport_info{transport=\"" + transport);
    }
  }

  /** Others than NIO hear it at once. */
  @Test
  void whoLeavesWhileItWaitsIsGone() throws IOException {
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy = to(asleep).backend("timeouts.queue = 2s").start()) {
      try (RawClient client = RawClient.open(proxy.address())) {
        client.send(RawClient.startup());
        proxy.awaitQueued(1);
        client.send(RawClient.query("select 1"));
      }
      proxy.awaitNoSession();
    }
  }

  /** More than the kernel takes for us: the rest waits in the client, and its end is not seen. */
  @Test
  void whoSaysMuchWhileItWaitsStaysAndCostsLittle() throws Exception {
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy = to(asleep).start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      proxy.awaitQueued(1);
      byte[] much = RawClient.query("select length('" + "x".repeat(32 << 20) + "')");
      CompletableFuture<Void> said = CompletableFuture.runAsync(() -> send(client, much));
      await("something is held")
          .atMost(Duration.ofSeconds(10))
          .until(() -> proxy.snapshots().getFirst().bytesIn() > 64);
      assertThat(proxy.backend().queued()).as("it waits on").isEqualTo(1);
      assertThat(said).isNotDone();
      assertThat(proxy.snapshots().getFirst().bytesIn()).as("held bytes").isLessThan(6 << 20);
      asleep.start();
      client.readUntil('Z');
      said.get(10, TimeUnit.SECONDS);
      assertThat(client.readUntil('Z'))
          .anySatisfy(m -> assertThat(m.toString()).contains("33554432"));
    }
  }

  private static void send(RawClient client, byte[] bytes) {
    try {
      client.send(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void cancel() throws Exception {
    try (TestProxy proxy = to(postgres).start();
        RawClient looking = RawClient.session(postgres.socketAddress());
        Connection connection = proxy.connect();
        Statement statement = connection.createStatement()) {
      for (int i = 0; i < 10; i++) {
        CompletableFuture<String> state = CompletableFuture.supplyAsync(() -> sleep(statement));
        await().until(() -> looking.value(SLEEPERS).equals("1"));
        statement.cancel();
        assertThat(state.get(10, TimeUnit.SECONDS)).isEqualTo("57014");
      }
    }
  }

  private static String sleep(Statement statement) {
    try {
      statement.execute("select pg_sleep(30)");
      return "slept";
    } catch (SQLException e) {
      return e.getSQLState();
    }
  }

  @Test
  void tls() throws IOException {
    String[] edge = TestTls.in(directory).terminate();
    try (TestProxy proxy = to(postgres).frontend(edge).start();
        RawClient client = RawClient.tlsSession(proxy.address())) {
      int length = 20 << 20;
      assertThat(client.value("select repeat('x', %d)".formatted(length)))
          .isEqualTo("x".repeat(length));
      client.shutdownOutput();
      assertThat(client.read()).isNull();
      proxy.awaitNoSession();
    }
  }

  @Test
  @NeedsProgram(TestDns.PROGRAM)
  void aServerByName() throws IOException {
    try (TestDns dns = TestDns.started(0)) {
      dns.set(Map.of("pg.pg.test", List.of("127.0.0.1")));
      try (TestProxy proxy =
              to().backend(
                      "discovery { dns = \"pg.pg.test:%d\", nameserver = \"%s\" }"
                          .formatted(postgres.port(), dns.address()))
                  .start();
          RawClient client = RawClient.session(proxy.address())) {
        assertThat(client.value("select 42")).isEqualTo("42");
      }
    }
  }

  @Test
  void whoIsAtWorkWhenItEndsMayFinish() throws IOException, InterruptedException {
    try (TestProxy proxy = to(postgres).start();
        RawClient client = RawClient.session(proxy.address())) {
      client.send(RawClient.query("select pg_sleep(0.3), 'done'"));
      proxy.proxy().shutdown();
      assertThat(client.readUntil('Z')).anySatisfy(m -> assertThat(m.toString()).contains("done"));
      client.send(RawClient.terminate());
      assertThat(client.read()).isNull();
      proxy.proxy().awaitTermination();
    }
  }
}
