package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ConnInfo;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.SessionFault;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: what a client does to be encrypted reaches a server as it is, after whatever waiting, and
// is done again at the next where one fails.
class PassthroughIT {
  @SuppressWarnings("NullAway.Init") // set before each test
  private TestPostgres postgres;

  @BeforeEach
  void create() {
    postgres = TestPostgres.create().tls();
  }

  @AfterEach
  void delete() {
    postgres.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sslmode=require", "sslmode=require&sslNegotiation=direct"})
  void whileNoServerIsUp(String parameters) throws SQLException {
    try (TestProxy proxy = TestProxy.to(postgres).start()) {
      CompletableFuture<String> cipher =
          CompletableFuture.supplyAsync(() -> version(proxy, parameters));
      proxy.awaitQueued(1);
      postgres.start();
      assertThat(cipher.join()).isEqualTo("TLSv1.3");
    }
  }

  private static String version(TestProxy proxy, String parameters) {
    try (Connection connection = proxy.connect(parameters);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select version from pg_stat_ssl where pid = pg_backend_pid()")) {
      rows.next();
      return rows.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The server, which has no GSSAPI, answers both. */
  @Test
  void gssEncRequestThenSslRequest() throws IOException {
    try (TestProxy proxy = TestProxy.to(postgres).start();
        RawClient plain = RawClient.open(proxy.address())) {
      plain.send(RawClient.gssEncRequest());
      proxy.awaitQueued(1);
      postgres.start();
      assertThat(plain.readByte()).isEqualTo('N');
      RawClient client = plain.startTls();
      client.send(RawClient.startup());
      client.readUntil('Z');
      assertThat(client.value("select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
          .isEqualTo("t");
    }
  }

  @Test
  void directClientHello() throws IOException {
    postgres.start();
    try (TestProxy proxy = TestProxy.to(postgres).start();
        RawClient plain = RawClient.open(proxy.address())) {
      RawClient client = plain.tls(TestTls.socket(plain.transport()));
      client.send(RawClient.startup());
      client.readUntil('Z');
      assertThat(client.value("select 42")).isEqualTo("42");
    }
  }

  @Test
  @NeedsProgram("psql")
  void aServerThatDiesAtTheSslRequest() {
    postgres.start();
    try (FaultyServer server =
            FaultyServer.before(
                postgres, SessionFault.CLOSE_AT_SSL_REQUEST, SessionFault.CLOSE_AT_SSL_REQUEST);
        TestProxy proxy = TestProxy.to().server(server.address()).start()) {
      Command.Result result = proxy.psql("\\conninfo").env("PGSSLMODE", "require").run();
      assertThat(result.err()).isEmpty();
      assertThat(ConnInfo.encrypted(result.out())).as(result.out()).isTrue();
      assertThat(server.met()).isEqualTo(2);
      assertThat(proxy.backend().traffic().sessionsTotal()).isEqualTo(1);
    }
  }

  /** The N has been heard: the client goes on in plain text, at a server that would do TLS. */
  @Test
  @NeedsProgram("psql")
  void aServerThatDiesAfterItsNo() {
    postgres.start();
    try (FaultyServer server =
            FaultyServer.before(
                postgres, SessionFault.CLOSE_AT_SSL_REQUEST, SessionFault.CLOSE_AFTER_NO);
        TestProxy proxy = TestProxy.to().server(server.address()).start()) {
      Command.Result result = proxy.psql("select 42").env("PGSSLMODE", "prefer").run();
      assertThat(result.err()).isEmpty();
      assertThat(result.out()).isEqualTo("42\n");
      assertThat(server.met()).isEqualTo(2);
    }
  }

  /** One of two; the other one gets the whole negotiation. */
  @Test
  void theNextServerNegotiatesAnew() throws IOException {
    postgres.start();
    try (FaultyServer first =
            FaultyServer.before(
                postgres,
                SessionFault.CLOSE_AT_SSL_REQUEST,
                SessionFault.CLOSE_AT_SSL_REQUEST,
                SessionFault.CLOSE_AT_SSL_REQUEST,
                SessionFault.CLOSE_AT_SSL_REQUEST);
        TestProxy proxy =
            TestProxy.to().server(first.address()).server(postgres).start().awaitUp(2)) {
      for (int i = 0; i < 6; i++) {
        try (RawClient client = RawClient.open(proxy.address()).startTls()) {
          client.send(RawClient.startup());
          client.readUntil('Z');
        }
      }
      assertThat(first.met()).isPositive();
      assertThat(proxy.backend().traffic().redispatchesTotal()).isPositive();
    }
  }
}
