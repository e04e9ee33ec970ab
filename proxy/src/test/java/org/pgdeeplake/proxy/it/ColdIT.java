package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a client that connects while no PostgreSQL runs waits, and gets its answer when one starts.
@Tag("long")
class ColdIT {
  @ParameterizedTest(name = "psql sslmode={0}, frontend tls {1}")
  @CsvSource({"prefer, passthrough", "disable, passthrough", "prefer, off", "disable, off"})
  @NeedsProgram("psql")
  void psql(String sslMode, String frontendTls) {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).frontend("tls.mode = " + frontendTls).start();
        Command psql = proxy.psql("select 41 + 1").env("PGSSLMODE", sslMode).start()) {
      proxy.awaitQueued(1);
      assertThat(proxy.demand().demand()).isEqualTo(1);
      postgres.start();
      assertThat(psql.await()).isEqualTo(new Command.Result(0, "42\n", ""));
      proxy.awaitNoSession();
    }
  }

  @ParameterizedTest(name = "pgjdbc sslmode={0}")
  @CsvSource({"prefer", "disable", "allow"})
  void pgjdbc(String sslMode) throws SQLException {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).start()) {
      CompletableFuture<String> answer = answerOf(proxy.jdbcUrl("sslmode=" + sslMode));
      proxy.awaitQueued(1);
      postgres.start();
      assertThat(answer.join()).isEqualTo("42");
    }
  }

  /** Before PostgreSQL takes sessions it answers 57P03; none of that reaches a client. */
  @Test
  @NeedsProgram("pgbench")
  void pgbenchWithFiftyClients(@TempDir Path directory) throws IOException {
    Path script = Files.writeString(directory.resolve("select.sql"), "select 1;\n");
    try (TestPostgres postgres = TestPostgres.create("max_connections = 60");
        TestProxy proxy = TestProxy.to(postgres).start();
        Command pgbench =
            proxy
                .pgbench("-n", "-C", "-c", "50", "-j", "2", "-t", "2", "-f", script.toString())
                .start()) {
      // Its first connection, by which it looks at the database before it starts its clients.
      proxy.awaitQueued(1);
      postgres.start();
      Command.Result result = pgbench.await();
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.out())
          .contains("number of transactions actually processed: 100/100")
          .contains("number of failed transactions: 0");
    }
  }

  @Test
  @NeedsProgram("psql")
  void tlsEndToEnd() throws SQLException {
    try (TestPostgres postgres = TestPostgres.create().tls();
        TestProxy proxy = TestProxy.to(postgres).start()) {
      Command psql =
          proxy
              .psql("select version from pg_stat_ssl where pid = pg_backend_pid()")
              .env("PGSSLMODE", "require")
              .start();
      CompletableFuture<String> direct =
          answerOf(proxy.jdbcUrl("sslmode=require", "sslNegotiation=direct"));
      CompletableFuture<String> asked = answerOf(proxy.jdbcUrl("sslmode=require"));
      proxy.awaitQueued(3);
      postgres.start();
      assertThat(psql.await()).isEqualTo(new Command.Result(0, "TLSv1.3\n", ""));
      assertThat(List.of(direct.join(), asked.join())).containsOnly("42");
      proxy.awaitNoSession();
      try (Connection connection = proxy.connect("sslmode=require", "sslNegotiation=direct")) {
        assertThat(connection.isValid(5)).isTrue();
        assertThat(proxy.demand().opaque()).isEqualTo(1);
      }
    }
  }

  @Test
  void scramWithChannelBinding() throws SQLException {
    try (TestPostgres postgres = TestPostgres.create().scram("secret").tls();
        TestProxy proxy = TestProxy.to(postgres).start()) {
      CompletableFuture<String> answer =
          answerOf(proxy.jdbcUrl("sslmode=require", "channelBinding=require", "password=secret"));
      proxy.awaitQueued(1);
      postgres.start();
      assertThat(answer.join()).isEqualTo("42");
    }
  }

  @Test
  @NeedsProgram("psql")
  void libpqsOwnMessageWhereTheServerHasNoTls() {
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy = TestProxy.to(postgres).start()) {
      Command.Result result = proxy.psql("select 1").env("PGSSLMODE", "require").run();
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.err()).contains("server does not support SSL, but SSL was required");
    }
  }

  private static CompletableFuture<String> answerOf(String url) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Connection connection = DriverManager.getConnection(url);
              var statement = connection.createStatement();
              ResultSet rows = statement.executeQuery("select 41 + 1")) {
            rows.next();
            return rows.getString(1);
          } catch (SQLException e) {
            throw new AssertionError(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }
}
