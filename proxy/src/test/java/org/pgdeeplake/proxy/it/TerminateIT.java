package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ConnInfo;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.RawClient.Message;
import org.pgdeeplake.proxy.support.TestCertificate;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: where the proxy ends TLS, every client gets in by it as it would at PostgreSQL itself.
class TerminateIT {
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

  private static TestProxy proxy(String... more) {
    return TestProxy.to(postgres).frontend(tls.terminate(more)).start();
  }

  @ParameterizedTest
  @CsvSource({
    "disable, false",
    "allow, false",
    "prefer, true",
    "require, true",
    "verify-ca, true",
    "verify-full, true"
  })
  @NeedsProgram("psql")
  void psql(String sslMode, boolean encrypted) {
    try (TestProxy proxy = proxy();
        LoggedLines log = new LoggedLines("session")) {
      Command.Result result =
          proxy
              .psql("\\conninfo")
              .env("PGSSLMODE", sslMode)
              .env("PGSSLROOTCERT", tls.ca().toString())
              .run();
      assertThat(result.err()).isEmpty();
      assertThat(ConnInfo.encrypted(result.out())).as(result.out()).isEqualTo(encrypted);
      proxy.awaitNoSession();
      assertThat(log.await(1)).hasSize(1);
      assertThat(log.lines().getFirst())
          .contains(encrypted ? " pg_frontend~ pg_backends/s1 " : " pg_frontend pg_backends/s1 ")
          .contains(" -- ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sslmode=require", "sslmode=require&sslNegotiation=direct"})
  void pgjdbc(String parameters) throws SQLException {
    try (TestProxy proxy = proxy()) {
      try (Connection connection = proxy.connect(parameters);
          Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("select 42")) {
        rows.next();
        assertThat(rows.getInt(1)).isEqualTo(42);
      }
      proxy.awaitNoSession();
      assertThat(proxy.backend().traffic().clientAbortsTotal()).isZero();
      assertThat(proxy.backend().traffic().serverAbortsTotal()).isZero();
    }
  }

  /** Also the startup packet behind the last message of the handshake. */
  @Test
  void byteByByte() throws IOException {
    try (TestProxy proxy = proxy();
        RawClient plain = RawClient.open(proxy.address())) {
      for (byte one : RawClient.sslRequest()) {
        plain.send(new byte[] {one});
      }
      assertThat(plain.readByte()).isEqualTo('S');
      RawClient client = plain.tls(TestTls.socket(plain.transport()));
      for (byte one : RawClient.startup()) {
        client.send(new byte[] {one});
      }
      client.readUntil('Z');
      assertThat(client.value("select 42")).isEqualTo("42");
    }
  }

  @Test
  void gssEncRequestThenSslRequest() throws IOException {
    try (TestProxy proxy = proxy();
        RawClient plain = RawClient.open(proxy.address())) {
      plain.send(RawClient.gssEncRequest());
      assertThat(plain.readByte()).isEqualTo('N');
      RawClient client = plain.startTls();
      client.send(RawClient.startup());
      client.readUntil('Z');
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void directTls(String version) throws IOException {
    try (TestProxy proxy = proxy();
        RawClient plain = RawClient.open(proxy.address())) {
      RawClient client =
          plain.tls(TestTls.socket(plain.transport(), List.of(version), List.of("postgresql")));
      client.send(RawClient.startup());
      client.readUntil('Z');
      assertThat(client.value("select 42")).isEqualTo("42");
    }
  }

  /** Demand begins only with the StartupMessage. */
  @Test
  void theHandshakeAloneIsNoDemand() throws IOException {
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy = TestProxy.to(asleep).frontend(tls.terminate()).start();
        RawClient client = RawClient.open(proxy.address()).startTls()) {
      assertThat(proxy.demand().demand()).isZero();
      client.send(RawClient.startup());
      await().until(() -> proxy.demand().demand() == 1);
      asleep.start();
      client.readUntil('Z');
    }
  }

  @Test
  @NeedsProgram("pg_isready")
  void pgIsReadyWakesNothing() {
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy = TestProxy.to(asleep).frontend(tls.terminate()).start()) {
      Command.Builder ready =
          Command.of("pg_isready", "-h", "127.0.0.1", "-p", String.valueOf(proxy.port()))
              .env("PGSSLMODE", "require")
              .env("PGUSER", "postgres");
      Command.Result down = ready.run();
      assertThat(down.exitCode()).as(down.out()).isEqualTo(1);
      assertThat(proxy.demand().noWake()).containsEntry(NoWake.PG_ISREADY, 1L);
      assertThat(proxy.demand().demand()).isZero();
      asleep.start();
      proxy.awaitUp(1);
      assertThat(ready.run().exitCode()).isZero();
    }
  }

  @Test
  @NeedsProgram("openssl")
  void opensslShowsTheChain() {
    try (TestProxy proxy = proxy()) {
      Command.Result result =
          Command.of(
                  "openssl",
                  "s_client",
                  "-starttls",
                  "postgres",
                  "-connect",
                  "127.0.0.1:" + proxy.port(),
                  "-CAfile",
                  tls.ca().toString(),
                  "-verify_return_error")
              .run();
      assertThat(result.out())
          // As OpenSSL 3.2 and newer have it: CN=localhost.
          .containsPattern(" 0 s:CN ?= ?localhost\n   i:CN ?= ?Test Between\n")
          .containsPattern(" 1 s:CN ?= ?Test Between\n   i:CN ?= ?Test Root\n")
          .contains("Verification: OK");
      proxy.awaitNoSession();
    }
  }

  /** As libpq does from version 17 on; pgjdbc sends it in plain text. */
  @Test
  void cancelInTls() throws IOException {
    try (TestProxy proxy = proxy("require = true");
        RawClient client = RawClient.open(proxy.address()).startTls()) {
      client.send(RawClient.startup());
      byte[] key =
          client.readUntil('Z').stream()
              .filter(message -> message.type() == 'K')
              .map(Message::body)
              .findFirst()
              .orElseThrow();
      client.send(RawClient.query("select pg_sleep(30)"));
      await().until(() -> proxy.demand().busy() == 1);
      CompletableFuture<List<Message>> answer =
          CompletableFuture.supplyAsync(() -> readUntilReady(client));
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> {
            try (RawClient cancel = RawClient.open(proxy.address()).startTls()) {
              cancel.send(RawClient.cancelRequest(key));
              assertThat(cancel.readByte()).as("closed, with a close_notify").isEqualTo(-1);
            }
            return answer.isDone();
          });
      assertThat(answer.join().toString()).contains("57014");
      assertThat(proxy.demand().noWake().get(NoWake.CANCEL_REQUEST)).isPositive();
    }
  }

  @Test
  void cancelByPgjdbcWhereTlsIsRequired() throws SQLException {
    try (TestProxy proxy = proxy("require = true");
        Connection connection = proxy.connect("sslmode=require");
        Statement statement = connection.createStatement()) {
      CompletableFuture<String> state =
          CompletableFuture.supplyAsync(() -> {
            try {
              statement.execute("select pg_sleep(30)");
              return "done";
            } catch (SQLException e) {
              return String.valueOf(e.getSQLState());
            }
          });
      // pgjdbc sends one cancel request for a query, and no server keeps it for later.
      await().until(postgres::sleeps);
      statement.cancel();
      assertThat(state.join()).isEqualTo("57014");
    }
  }

  private static List<Message> readUntilReady(RawClient client) {
    try {
      return client.readUntil('Z');
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @ParameterizedTest(name = "{0}, shown {1}: let in {2}")
  @CsvSource({
    "required, ours, true",
    "required, none, false",
    "required, foreign, false",
    "optional, ours, true",
    "optional, none, true",
    "optional, foreign, false"
  })
  @NeedsProgram("psql")
  void clientCertificates(String wanted, String shown, boolean letIn) {
    TestCertificate authority = TestCertificate.authority("Clients");
    Path ca = tls.write("clients-" + wanted + "-" + shown + ".pem", authority.alone());
    try (TestProxy proxy = proxy("client-ca = \"" + ca + "\"", "client-certificate = " + wanted);
        LoggedLines log = new LoggedLines("session")) {
      Command.Builder psql = proxy.psql("select 42").env("PGSSLMODE", "require");
      if (!shown.equals("none")) {
        TestCertificate signer =
            shown.equals("ours") ? authority : TestCertificate.authority("Strangers");
        TestCertificate client = signer.issue("alice", builder -> builder);
        psql.env("PGSSLCERT", tls.write(wanted + shown + ".crt", client.chain()).toString());
        psql.env("PGSSLKEY", tls.write(wanted + shown + ".key", client.key()).toString());
      }
      Command.Result result = psql.run();
      if (letIn) {
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("42\n");
      } else {
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("SSL").contains("alert");
        assertThat(log.await(1).getFirst()).contains("/1: SSL handshake failure (");
        assertThat(proxy.demand().noWake()).containsEntry(NoWake.TLS_HANDSHAKE, 1L);
      }
    }
  }
}
