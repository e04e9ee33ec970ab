// Rule: whoever waits is served about as soon as the name of a server leads to one, and nothing
// that
// DNS says, or does not say, costs anybody a session.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.TestDns;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

@NeedsProgram({TestDns.PROGRAM, "psql"})
class DnsDiscoveryIT {
  private static final Duration LIMIT = Duration.ofSeconds(15);

  /** From the answer of DNS to the end of psql, which itself takes a moment to start. */
  private static final Duration AT_ONCE = Duration.ofMillis(1500);

  private static final String NAME = "pg-0.pg.test";
  private static final String TEMPLATE = "pg-{0..1}.pg.test";
  private static final Command.Result SERVED = new Command.Result(0, "42\n", "");

  @TempDir private Path directory;

  static ProxyFile proxy(TestDns dns, String name, int port, String... more) {
    return TestProxy.to()
        .backend(
            """
            discovery { dns = "%s:%d", interval = 1s, nameserver = "%s" }
            check { inter = 500ms, fall = 2 }
            """
                .formatted(name, port, dns.address()))
        .backend(more);
  }

  private static void names(TestDns dns, String... addresses) {
    dns.set(Map.of(NAME, List.of(addresses)));
  }

  private static String addressOf(Connection session) throws SQLException {
    try (Statement statement = session.createStatement();
        ResultSet address = statement.executeQuery("select host(inet_server_addr())")) {
      assertThat(address.next()).isTrue();
      return address.getString(1);
    }
  }

  private static String newSession(TestProxy proxy) throws SQLException {
    try (Connection fresh = proxy.connect()) {
      return addressOf(fresh);
    }
  }

  /** Two instances of one port run, at 127.0.0.2 and 127.0.0.3; the name leads to the first. */
  private record Move(TestDns dns, TestPostgres before, TestPostgres after)
      implements AutoCloseable {
    static Move started(int ttlSeconds) {
      TestPostgres before = TestPostgres.createAt("127.0.0.2", 0);
      Move move =
          new Move(
              TestDns.started(ttlSeconds),
              before,
              TestPostgres.createAt("127.0.0.3", before.port()));
      names(move.dns, "127.0.0.2");
      before.start();
      move.after.start();
      return move;
    }

    TestProxy proxy(String name) {
      return DnsDiscoveryIT.proxy(dns, name, before.port()).start().awaitUp(1);
    }

    @Override
    public void close() {
      dns.close();
      before.close();
      after.close();
    }
  }

  private static void assertServedAtOnce(Command psql, long sinceNanos) {
    assertThat(psql.await()).isEqualTo(SERVED);
    assertThat(Duration.ofNanos(System.nanoTime() - sinceNanos)).isLessThan(AT_ONCE);
  }

  @ParameterizedTest
  @ValueSource(strings = {NAME, TEMPLATE})
  void theNameAppearsWhileAClientWaits(String name) {
    try (TestDns dns = TestDns.started(30);
        TestPostgres postgres = TestPostgres.createAt("127.0.0.2", 0).start();
        TestProxy proxy = proxy(dns, name, postgres.port()).start();
        Command psql = proxy.psql("select 41 + 1").start()) {
      proxy.awaitQueued(1);
      long since = System.nanoTime();
      names(dns, "127.0.0.2");
      assertServedAtOnce(psql, since);
    }
  }

  /** The old answer may live for 30 s more: who waits does not wait for its end. */
  @ParameterizedTest
  @ValueSource(strings = {NAME, TEMPLATE})
  void theInstanceComesBackAtAnotherAddressWhileAClientWaits(String name) throws Exception {
    try (Move move = Move.started(30);
        TestProxy proxy = move.proxy(name)) {
      assertThat(newSession(proxy)).isEqualTo("127.0.0.2");
      move.before().stop();
      await().atMost(LIMIT).until(() -> proxy.backend().activeServers() == 0);
      try (Command psql = proxy.psql("select 41 + 1").start()) {
        proxy.awaitQueued(1);
        long since = System.nanoTime();
        names(move.dns(), "127.0.0.3");
        assertServedAtOnce(psql, since);
      }
      assertThat(newSession(proxy)).isEqualTo("127.0.0.3");
    }
  }

  /** Both instances run: the old one's sessions have nothing to fear. */
  @ParameterizedTest
  @ValueSource(strings = {NAME, TEMPLATE})
  void whereANameLeadsToChanges(String name) throws Exception {
    try (Move move = Move.started(1);
        LoggedLines log = new LoggedLines("org.pgdeeplake.proxy.discovery.Name");
        TestProxy proxy = move.proxy(name);
        Connection old = proxy.connect()) {
      names(move.dns(), "127.0.0.3");
      await().atMost(LIMIT).until(() -> newSession(proxy).equals("127.0.0.3"));
      assertThat(addressOf(old)).isEqualTo("127.0.0.2");
      assertCancels(old, move.before());
      assertThat(newSession(proxy)).isEqualTo("127.0.0.3");
      assertThat(log.lines())
          .containsExactly("the name " + NAME + " is at 127.0.0.3; it was at 127.0.0.2");
    }
  }

  private static void assertCancels(Connection session, TestPostgres itsServer) throws Exception {
    try (Statement statement = session.createStatement()) {
      CompletableFuture<String> outcome =
          CompletableFuture.supplyAsync(() -> {
            try {
              statement.execute("select pg_sleep(60)");
              return "slept";
            } catch (SQLException e) {
              return e.getSQLState();
            }
          });
      await().atMost(LIMIT).until(itsServer::sleeps);
      statement.cancel();
      assertThat(outcome.get(10, TimeUnit.SECONDS)).isEqualTo("57014");
    }
  }

  @Test
  void everyAddressIsAServerUntilItIsGone() throws Exception {
    try (TestDns dns = TestDns.started(1);
        TestPostgres one = TestPostgres.createAt("127.0.0.2", 0);
        TestPostgres two = TestPostgres.createAt("127.0.0.3", one.port())) {
      one.start();
      two.start();
      names(dns, "127.0.0.2", "127.0.0.3");
      try (TestProxy proxy = proxy(dns, NAME, one.port()).start().awaitUp(2);
          Connection first = proxy.connect();
          Connection second = proxy.connect()) {
        assertThat(List.of(addressOf(first), addressOf(second)))
            .containsExactlyInAnyOrder("127.0.0.2", "127.0.0.3");
        names(dns, "127.0.0.3");
        await().atMost(LIMIT).until(() -> serverNames(proxy).equals(List.of("127.0.0.3")));
        for (int i = 0; i < 4; i++) {
          assertThat(newSession(proxy)).isEqualTo("127.0.0.3");
        }
        assertThat(first.isValid(5)).isTrue();
        assertThat(second.isValid(5)).isTrue();
        assertThat(proxy.get("/metrics"))
            .doesNotContain("server=\"127.0.0.2\"")
            .contains("server=\"127.0.0.3\"");
      }
    }
  }

  private static List<String> serverNames(TestProxy proxy) {
    return proxy.backend().servers().stream().map(server -> server.name()).toList();
  }

  /** It is the best that anybody knows: also for an instance that starts meanwhile. */
  @ParameterizedTest
  @ValueSource(strings = {NAME, TEMPLATE})
  void theLastGoodAnswerOutlivesTheDnsServer(String name) throws Exception {
    try (TestDns dns = TestDns.started(1);
        TestPostgres postgres = TestPostgres.createAt("127.0.0.2", 0).start()) {
      names(dns, "127.0.0.2");
      try (TestProxy proxy = proxy(dns, name, postgres.port()).start().awaitUp(1)) {
        try (Connection old = proxy.connect()) {
          dns.kill();
          await().atMost(LIMIT).until(() -> unanswered(proxy) >= 3);
          assertThat(newSession(proxy)).isEqualTo("127.0.0.2");
          assertThat(old.isValid(5)).isTrue();
        }
        postgres.stop();
        await().atMost(LIMIT).until(() -> proxy.backend().activeServers() == 0);
        try (Command psql = proxy.psql("select 41 + 1").start()) {
          proxy.awaitQueued(1);
          postgres.start();
          assertThat(psql.await(LIMIT)).isEqualTo(SERVED);
        }
      }
    }
  }

  private static double unanswered(TestProxy proxy) {
    return proxy
        .get("/metrics")
        .lines()
        .filter(line -> line.startsWith("pgproxy_dns_lookups_total{result=\"unanswered\"}"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  @ParameterizedTest
  @ValueSource(strings = {NAME, TEMPLATE})
  void scaledToZeroAndBackAtAnotherAddress(String name) throws Exception {
    try (TestDns dns = TestDns.started(5);
        TestPostgres before = TestPostgres.createAt("127.0.0.2", 0);
        TestPostgres after = TestPostgres.createAt("127.0.0.3", before.port())) {
      names(dns, "127.0.0.2");
      before.start();
      try (LoggedLines log = new LoggedLines("org.pgdeeplake.proxy.discovery.Name");
          TestProxy proxy = proxy(dns, name, before.port()).start().awaitUp(1)) {
        names(dns);
        before.stop();
        await()
            .atMost(LIMIT)
            .until(() ->
                log.lines()
                    .contains(
                        "the name " + NAME + " has no address any more; it was at 127.0.0.2"));
        after.start();
        try (Command psql = proxy.psql("select 41 + 1").start()) {
          proxy.awaitQueued(1);
          long since = System.nanoTime();
          names(dns, "127.0.0.3");
          assertServedAtOnce(psql, since);
        }
      }
    }
  }

  /** Who waits in a backend learns of servers that a reload has it look for. */
  @Test
  void aReloadLooksForAnotherName() {
    try (TestDns dns = TestDns.started(30);
        TestPostgres postgres = TestPostgres.createAt("127.0.0.2", 0).start()) {
      names(dns, "127.0.0.2");
      try (TestProxy proxy =
              proxy(dns, "other.pg.test", postgres.port()).start(directory.resolve("proxy.conf"));
          Command psql = proxy.psql("select 41 + 1").start()) {
        proxy.awaitQueued(1);
        assertThat(proxy.applied(proxy(dns, NAME, postgres.port())))
            .containsExactly(
                "backend pg_backends: discovery.dns other.pg.test:%1$d -> %2$s:%1$d"
                    .formatted(postgres.port(), NAME));
        assertThat(psql.await()).isEqualTo(SERVED);
        assertThat(proxy.applied(proxy(dns, NAME, postgres.port(), "retries = 1"))).hasSize(1);
        assertThat(proxy.backend().activeServers()).isEqualTo(1);
      }
    }
  }
}
