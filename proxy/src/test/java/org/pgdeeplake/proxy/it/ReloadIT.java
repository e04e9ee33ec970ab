package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.Internals;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;
import org.postgresql.PGConnection;

// Rule: no client notices a reload: those that come, that wait and that are served.
class ReloadIT {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int RELOADS = 20;

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve("proxy.conf");
  }

  @Test
  @NeedsProgram("pgbench")
  void twentyTimesUnderLoad() throws Exception {
    Path script = Files.writeString(directory.resolve("select.sql"), "select 1;\n");
    try (TestPostgres one = TestPostgres.started();
        TestPostgres two = TestPostgres.started();
        TestPostgres three = TestPostgres.started();
        TestProxy proxy = TestProxy.to(one, two).start(file()).awaitUp(2);
        Command pgbench =
            proxy
                .pgbench("-n", "-C", "-c", "8", "-j", "2", "-T", "50", "-f", script.toString())
                .start()) {
      List<ProxyFile> turns =
          List.of(
              TestProxy.to(one, two, three),
              TestProxy.to(three, two).backend("queue.release-concurrency = 4"),
              TestProxy.to(two),
              TestProxy.to(one).frontend("max-connections = 500"),
              TestProxy.to(one, two));
      for (int i = 0; i < RELOADS; i++) {
        long before = proxy.backend().traffic().sessionsTotal();
        assertThat(proxy.applied(turns.get(i % turns.size()))).isNotEmpty();
        await("sessions after reload " + i)
            .atMost(LIMIT)
            .until(() -> proxy.backend().traffic().sessionsTotal() > before + 20);
      }
      assertThat(pgbench.running()).as("load until the last reload").isTrue();
      pgbench.signal("TERM");
      assertThat(pgbench.await().err()).doesNotContain("error").doesNotContain("FATAL");
      proxy.awaitNoSession();
    }
  }

  /** New sessions get new contexts, the old ones end meanwhile, and nobody fails. */
  @Test
  @NeedsProgram("pgbench")
  void withTlsOnBothSidesUnderLoad() throws Exception {
    Path script = Files.writeString(directory.resolve("select.sql"), "select 1;\n");
    TestTls tls = TestTls.in(directory);
    try (TestPostgres postgres = TestPostgres.create().tls(tls.certificate())) {
      postgres.start();
      List<ProxyFile> turns =
          List.of(
              tls(tls, postgres),
              tls(tls, postgres).frontend("tls.min-version = TLSv1.3"),
              tls(tls, postgres).backend("tls.min-version = TLSv1.3"));
      try (TestProxy proxy = turns.getFirst().start(file()).awaitUp(1);
          Command pgbench =
              proxy
                  .pgbench("-n", "-C", "-c", "8", "-j", "2", "-T", "50", "-f", script.toString())
                  .env("PGSSLMODE", "require")
                  .start()) {
        for (int i = 1; i <= 9; i++) {
          long before = proxy.backend().traffic().sessionsTotal();
          assertThat(proxy.applied(turns.get(i % turns.size()))).isNotEmpty();
          await("sessions after reload " + i)
              .atMost(LIMIT)
              .until(() -> proxy.backend().traffic().sessionsTotal() > before + 20);
        }
        assertThat(pgbench.running()).as("load until the last reload").isTrue();
        pgbench.signal("TERM");
        assertThat(pgbench.await().err()).doesNotContain("error").doesNotContain("FATAL");
        proxy.awaitNoSession();
      }
    }
  }

  private static ProxyFile tls(TestTls tls, TestPostgres postgres) {
    return TestProxy.to(postgres)
        .frontend(tls.terminate())
        .frontend("timeouts { startup = 1s, tls-handshake = 1s }")
        .backend("tls { mode = require, shared-certificate = true }", "timeouts.connect = 1s");
  }

  @Test
  @NeedsProgram("psql")
  void whoWaitsHearsTheLimitThatWasItsOwn() {
    try (TestPostgres sleeping = TestPostgres.create();
        TestProxy proxy = TestProxy.to(sleeping).backend("timeouts.queue = 2s").start(file());
        Command psql = proxy.psql("select 1").start()) {
      proxy.awaitQueued(1);
      proxy.applied(TestProxy.to(sleeping).backend("timeouts.queue = 77s"));
      assertThat(psql.await().err()).contains("did not become available within 2 s");
    }
  }

  @Test
  @NeedsProgram("psql")
  void whoWaitsInAPausedBackendThatIsRemovedIsServedByIt() throws Exception {
    try (TestPostgres leaving = TestPostgres.started();
        TestPostgres other = TestPostgres.started();
        TestProxy proxy =
            TestProxy.to(other)
                .proxy(
                    "backends.leaving.servers = [{ name = s1, address = \""
                        + leaving.address()
                        + "\" }]")
                .frontend("default-backend = leaving")
                .start(file())) {
      Backend paused = Internals.backend(proxy.proxy(), "leaving");
      paused.administration().pause();
      paused.administration().administer(paused.servers().getFirst(), AdministrativeState.MAINT);
      try (Command psql = proxy.psql("select 41 + 1").start()) {
        await().atMost(LIMIT).until(() -> proxy.demand().waiting() == 1);
        proxy.applied(TestProxy.to(other));
        assertThat(psql.await()).isEqualTo(new Command.Result(0, "42\n", ""));
      }
    }
  }

  @Test
  @NeedsProgram("psql")
  void whoWaitsIsServedByTheServerThatIsAdded() throws Exception {
    try (TestPostgres sleeping = TestPostgres.create();
        TestPostgres added = TestPostgres.started();
        TestProxy proxy = TestProxy.to(sleeping).start(file());
        Command psql = proxy.psql("select 41 + 1").start()) {
      proxy.awaitQueued(1);
      assertThat(proxy.applied(TestProxy.to(sleeping, added)))
          .containsExactly("server pg_backends/s2 added (" + added.address() + ")");
      assertThat(psql.await()).isEqualTo(new Command.Result(0, "42\n", ""));
    }
  }

  @Test
  @NeedsProgram("psql")
  void whoWaitsInABackendThatIsRemovedIsServedByIt() throws Exception {
    try (TestPostgres sleeping = TestPostgres.create();
        TestPostgres other = TestPostgres.started();
        TestProxy proxy =
            TestProxy.to(other)
                .proxy(
                    "backends.leaving.servers = [{ name = s1, address = \""
                        + sleeping.address()
                        + "\" }]")
                .frontend("default-backend = leaving")
                .start(file());
        Command psql = proxy.psql("select 41 + 1").start()) {
      await().atMost(LIMIT).until(() -> proxy.demand().waiting() == 1);
      assertThat(proxy.applied(TestProxy.to(other)))
          .contains(
              "frontend pg_frontend: default-backend leaving -> pg_backends",
              "backend leaving removed (1 servers)");
      try (Connection fresh = proxy.connect()) {
        assertThat(fresh.isValid(5)).isTrue();
      }
      sleeping.start();
      assertThat(psql.await()).isEqualTo(new Command.Result(0, "42\n", ""));
    }
  }

  @Test
  void aSessionOutlivesItsServerAndCanBeCancelled() throws Exception {
    try (TestPostgres leaving = TestPostgres.started();
        TestPostgres staying = TestPostgres.started();
        TestProxy proxy = TestProxy.to(leaving).start(file()).awaitUp(1);
        Connection session = proxy.connect()) {
      assertThat(proxy.applied(TestProxy.to().serverNamed("s2", staying)))
          .containsExactly(
              "server pg_backends/s1 removed (" + leaving.address() + ")",
              "server pg_backends/s2 added (" + staying.address() + ")");
      assertThat(proxy.backend().servers())
          .extracting(server -> server.name())
          .containsExactly("s2");
      assertThat(portOf(session)).isEqualTo(leaving.port());
      try (Connection fresh = proxy.connect()) {
        assertThat(portOf(fresh)).isEqualTo(staying.port());
      }
      assertCancels(session);
    }
  }

  @Test
  void aSessionStaysWhereItIsWhenItsServerMoves() throws Exception {
    try (TestPostgres before = TestPostgres.started();
        TestPostgres after = TestPostgres.started();
        TestProxy proxy = TestProxy.to(before).start(file()).awaitUp(1);
        Connection session = proxy.connect()) {
      long sessions = proxy.backend().servers().getFirst().traffic().sessionsTotal();
      assertThat(proxy.applied(TestProxy.to(after)))
          .containsExactly(
              "server pg_backends/s1: address " + before.address() + " -> " + after.address());
      try (Connection fresh = proxy.connect()) {
        assertThat(portOf(fresh)).isEqualTo(after.port());
      }
      assertThat(proxy.backend().servers().getFirst().traffic().sessionsTotal())
          .isGreaterThan(sessions);
      assertThat(portOf(session)).isEqualTo(before.port());
      assertCancels(session);
    }
  }

  private static int portOf(Connection session) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet port = statement.executeQuery("show port")) {
      assertThat(port.next()).isTrue();
      return port.getInt(1);
    }
  }

  private static void assertCancels(Connection session) throws Exception {
    try (Statement statement = session.createStatement()) {
      CompletableFuture<Void> sleeps =
          CompletableFuture.runAsync(() -> {
            try {
              statement.execute("select pg_sleep(60)");
            } catch (SQLException e) {
              throw new IllegalStateException(e.getSQLState(), e);
            }
          });
      // A cancel that comes before the statement is lost, as it is without a proxy.
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> {
            // Each time; a statement's own cancel sends one request only.
            session.unwrap(PGConnection.class).cancelQuery();
            return sleeps.isDone();
          });
      assertThatThrownBy(sleeps::join).hasMessageContaining("57014");
    }
  }
}
