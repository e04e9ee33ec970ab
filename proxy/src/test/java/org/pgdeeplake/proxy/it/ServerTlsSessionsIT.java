package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.support.Callers;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: TLS between proxy and server changes nothing for a client in plain text, and nothing at all
// for a client that has its own.
@Tag("long")
class ServerTlsSessionsIT {
  private static final String SSL = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
  private static final String PASSWORD = "secret";
  private static final byte[] GSSENC_REQUEST =
      ByteBuffer.allocate(8).putInt(8).putInt(80_877_104).array();

  /** Takes nobody without TLS and a password. */
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres scram;

  /** Takes nobody without TLS. */
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres trusting;

  @BeforeAll
  static void start() {
    scram =
        TestPostgres.create()
            .scram(PASSWORD)
            .hba("hostssl all all all scram-sha-256")
            .tls()
            .launch();
    trusting = TestPostgres.create().hba("hostssl all all all trust").tls().launch();
    scram.awaitReady();
    trusting.awaitReady();
  }

  @AfterAll
  static void stop() {
    scram.close();
    trusting.close();
  }

  private static TestProxy requiringTls(TestPostgres server) {
    return TestProxy.to(server).backend("tls.mode = require").start().awaitUp(1);
  }

  @ParameterizedTest
  @CsvSource({"disable, passthrough", "disable, off", "prefer, off", "allow, passthrough"})
  @NeedsProgram("psql")
  void psqlInPlainTextLogsInWithScram(String sslmode, String frontend) {
    try (TestProxy proxy =
        TestProxy.to(scram)
            .frontend("tls.mode = " + frontend)
            .backend("tls.mode = require")
            .start()) {
      Command.Result result =
          proxy.psql(SSL).env("PGSSLMODE", sslmode).env("PGPASSWORD", PASSWORD).run();
      assertThat(result).isEqualTo(new Command.Result(0, "t\n", ""));
      assertThat(proxy.backend().traffic().sessionsTotal()).isEqualTo(1);
    }
  }

  @Test
  void pgjdbcInPlainTextLogsInWithScram() throws SQLException {
    try (TestProxy proxy = requiringTls(scram);
        Connection connection = proxy.connect("sslmode=disable", "password=" + PASSWORD)) {
      assertThat(value(connection, SSL)).isEqualTo("t");
    }
  }

  /** Also behind NegotiateProtocolVersion, which answers an option that nobody knows. */
  @ParameterizedTest
  @ValueSource(strings = {"application_name", "_pq_.unknown"})
  void nobodyInPlainTextIsOfferedChannelBinding(String parameter) throws IOException {
    try (TestProxy proxy = requiringTls(scram);
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup(parameter, "x"));
      List<RawClient.Message> answer = client.readUntil('R');
      assertThat(answer).hasSize(parameter.startsWith("_pq_") ? 2 : 1);
      assertThat(new String(answer.getLast().body(), StandardCharsets.ISO_8859_1))
          .isEqualTo("\0\0\0\nSCRAM-SHA-256\0\0");
    }
  }

  @Test
  void aWrongPasswordIsTheClientsOwn() throws IOException {
    try (TestProxy proxy = requiringTls(scram)) {
      assertThat(proxy.psql(SSL).env("PGSSLMODE", "disable").env("PGPASSWORD", "no").run().err())
          .contains("password authentication failed");
      assertThat(proxy.backend().traffic().retriesTotal()).isZero();
    }
  }

  /** Its SSLRequest goes on as it is; what it binds to is the server's own certificate. */
  @Test
  void aClientsOwnTlsReachesTheServer() throws SQLException {
    try (TestProxy proxy = requiringTls(scram);
        Connection connection =
            proxy.connect("sslmode=require", "channelBinding=require", "password=" + PASSWORD)) {
      assertThat(value(connection, SSL)).isEqualTo("t");
      assertThat(proxy.demand().opaque()).isEqualTo(1);
    }
  }

  @Test
  void plainTextBehindAnAnswerNGetsTheProxysTls() throws IOException {
    try (TestProxy proxy = requiringTls(trusting);
        RawClient client = RawClient.open(proxy.address())) {
      client.send(GSSENC_REQUEST);
      assertThat(client.readByte()).isEqualTo('N');
      client.send(RawClient.startup());
      client.readUntil('Z');
      assertThat(client.value(SSL)).isEqualTo("t");
      assertThat(proxy.backend().assigned()).isEqualTo(1);
      assertThat(proxy.backend().traffic().retriesTotal()).isZero();
    }
  }

  /** The same where the server has no TLS: then the second connection is in plain text too. */
  @Test
  @NeedsProgram("psql")
  void preferOnBothSidesOfAServerWithoutTls() {
    try (TestPostgres plain = TestPostgres.started();
        TestProxy proxy = TestProxy.to(plain).backend("tls.mode = prefer").start()) {
      assertThat(proxy.psql(SSL).env("PGSSLMODE", "prefer").run())
          .isEqualTo(new Command.Result(0, "f\n", ""));
      assertThat(proxy.backend().traffic().sessionsTotal()).isEqualTo(1);
    }
  }

  @Test
  void aServerThatTakesNobodyWithoutTls() {
    try (TestProxy proxy = TestProxy.to(trusting).start()) {
      await().until(() -> check(proxy).status() == Status.L7RSP);
      assertThat(check(proxy).info()).startsWith("FATAL 28000: no pg_hba.conf entry");
    }
    try (TestProxy proxy = requiringTls(trusting)) {
      assertThat(check(proxy).status()).isEqualTo(Status.L7OK);
    }
  }

  /** PostgreSQL lets the handshake pass, and says so where it says who may log in. */
  @Test
  void aServerThatWantsACertificateWeDoNotHave() throws IOException {
    try (TestPostgres wanting =
            TestPostgres.create("ssl_ca_file = 'server.crt'")
                .hba("hostssl all all all trust clientcert=verify-full")
                .tls()
                .launch();
        TestProxy proxy =
            TestProxy.to(wanting).backend("tls.mode = require", "timeouts.queue = 2s").start();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      assertThat(client.readUntil('E').getLast().fields()).containsEntry('C', "57P03");
      assertThat(check(proxy).info()).contains("28000").contains("certificate");
    }
  }

  @Test
  void itGoesAwayAndComesBackWhileClientsWait() {
    try (TestPostgres server = TestPostgres.create().tls().start();
        TestProxy proxy = TestProxy.to(server).backend("tls.mode = require").start().awaitUp(1);
        Callers callers = Callers.start(proxy, 8)) {
      callers.awaitAnswers(50);
      server.kill9();
      proxy.awaitQueued(8);
      server.launch(); // it recovers, and says 57P03 until then
      callers.awaitAnswers(50);
      server.stop();
      proxy.awaitQueued(8);
      server.start();
      callers.awaitAnswers(50);
      assertThat(callers.failures()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void faultsAreNotSeenWithPreferEither(FaultyServer.Fault fault) throws IOException {
    try (TestPostgres postgres = TestPostgres.started();
        FaultyServer server = FaultyServer.before(postgres, fault, fault);
        TestProxy proxy =
            TestProxy.to()
                .server(server.address())
                .backend("tls.mode = prefer", "timeouts.connect = 200ms")
                .start();
        RawClient client = RawClient.session(proxy.address())) {
      assertThat(client.value("select 42")).isEqualTo("42");
      assertThat(server.met()).isEqualTo(2);
    }
  }

  @Test
  void cancel() throws IOException, SQLException {
    try (TestProxy proxy = requiringTls(trusting);
        Connection direct = trusting.connect();
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      byte[] key = client.readUntil('K').getLast().body();
      client.readUntil('Z');
      client.send(RawClient.query("select pg_sleep(30)"));
      await()
          .until(() ->
              value(direct, "select count(*) from pg_stat_activity where wait_event = 'PgSleep'")
                  .equals("1"));
      try (RawClient canceller = RawClient.open(proxy.address())) {
        canceller.send(RawClient.cancelRequest(key));
        assertThat(canceller.read()).isNull();
      }
      assertThat(client.readUntil('Z'))
          .anySatisfy(message ->
              assertThat(message.type() == 'E' ? message.fields() : Map.of())
                  .containsEntry('C', "57014"));
    }
  }

  /** Far more than any buffer, both ways, through records that fit no read. */
  @Test
  void bulk() throws IOException {
    int bytes = 20_000_000;
    try (TestProxy proxy = requiringTls(trusting);
        RawClient client = RawClient.session(proxy.address())) {
      assertThat(client.value("select length('" + "x".repeat(bytes) + "')"))
          .isEqualTo(String.valueOf(bytes));
      assertThat(client.value("select repeat('x', " + bytes + ")")).hasSize(bytes);
      client.send(RawClient.terminate());
      proxy.awaitNoSession();
    }
  }

  /** The server has hung up long before its last bytes are read. */
  @ParameterizedTest
  @CsvSource({"epoll, true", "epoll, false", "nio, true", "nio, false"})
  void whoReadsLateGetsAll(String transport, boolean halfClose) throws IOException {
    int bytes = 20_000_000;
    try (TestProxy proxy =
        TestProxy.to(trusting)
            .proxy("transport = " + transport)
            .backend("tls.mode = require")
            .start()
            .awaitUp(1)) {
      for (int round = 0; round < 6; round++) {
        try (RawClient client = RawClient.open(proxy.address(), 64 * 1024)) {
          client.send(RawClient.startup());
          client.readUntil('Z');
          client.send(RawClient.query("select repeat('x', " + bytes + ")"), RawClient.terminate());
          if (halfClose) {
            client.shutdownOutput();
          }
          await("the proxy waits for the client")
              .during(Duration.ofMillis(200))
              .atMost(Duration.ofSeconds(10))
              .until(() -> proxy.sessions() == 1);
          String all = client.readToEnd();
          assertThat(all.length()).isGreaterThan(bytes);
          assertThat(all.substring(all.length() - 6)).isEqualTo("Z\0\0\0\5I");
        }
      }
      proxy.awaitNoSession();
    }
  }

  private static CheckResult check(TestProxy proxy) {
    return proxy.backend().servers().getFirst().lastCheck();
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
