package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

// Rule: over a limit a client is refused with 57P03, wakes nothing, and can still cancel its
// queries.
class LimitsIT extends PostgresStage {
  @Test
  void connectionsOfAnotherFrontendAreItsOwn() throws Exception {
    String other = "frontends.other { bind = \"127.0.0.1:0\", default-backend = pg_backends }";
    try (TestProxy proxy =
            TestProxy.to(postgres).frontend("max-connections = 1").proxy(other).start().awaitUp(1);
        RawClient one = RawClient.session(proxy.proxy().address("other"));
        RawClient two = RawClient.session(proxy.proxy().address("other"));
        RawClient mine = RawClient.session(proxy.address())) {
      for (RawClient client : List.of(one, two, mine)) {
        assertThat(client.value("select 42")).isEqualTo("42");
      }
    }
  }

  /** So many times two is more than an int can hold. */
  @Test
  void aLimitMayBeAsLargeAsANumberCanBe() throws Exception {
    try (TestProxy proxy =
            TestProxy.to(postgres).frontend("max-connections = 1073741824").start().awaitUp(1);
        RawClient client = RawClient.session(proxy.address())) {
      assertThat(client.value("select 42")).isEqualTo("42");
    }
  }

  @ParameterizedTest(name = "sslmode={0}")
  @ValueSource(strings = {"prefer", "disable"})
  void connections(String sslMode) throws IOException {
    try (TestProxy proxy = TestProxy.to(postgres).frontend("max-connections = 1").start();
        RawClient first = RawClient.session(proxy.address())) {
      ServerErrorMessage said = refusal(proxy, sslMode);
      assertThat(said.getSQLState()).isEqualTo("57P03");
      assertThat(said.getMessage()).isEqualTo("too many connections");
      assertThat(said.getDetail())
          .isEqualTo("Frontend \"pg_frontend\" has its limit of 1 sessions.");
      assertThat(said.getHint()).isEqualTo("Close some sessions, or raise max-connections.");
      assertThat(proxy.demand().noWake()).containsEntry(NoWake.REFUSED, 1L);
      assertThat(proxy.demand().demand()).isEqualTo(1);
      assertThat(first.value("select 42")).isEqualTo("42");
    }
  }

  @ParameterizedTest(name = "sslmode={0}")
  @ValueSource(strings = {"prefer", "disable"})
  void connectionsOfOneClient(String sslMode) throws IOException {
    try (TestProxy proxy =
            TestProxy.to(postgres).frontend("max-connections-per-client = 1").start();
        RawClient first = RawClient.session(proxy.address())) {
      ServerErrorMessage said = refusal(proxy, sslMode);
      assertThat(said.getSQLState()).isEqualTo("57P03");
      assertThat(said.getMessage()).isEqualTo("too many connections from your address");
      assertThat(said.getDetail())
          .isEqualTo("At most 1 sessions of one client address are let in.");
      first.send(RawClient.terminate());
      proxy.awaitNoSession();
      RawClient.session(proxy.address()).close();
    }
  }

  @Test
  void sessionsOfOneClientInASecond() throws IOException {
    try (TestProxy proxy =
        TestProxy.to(postgres).frontend("max-connection-rate-per-client = 1").start()) {
      RawClient.session(proxy.address()).close();
      ServerErrorMessage said = refusal(proxy, "disable");
      assertThat(said.getSQLState()).isEqualTo("57P03");
      assertThat(said.getMessage()).isEqualTo("too many connections from your address");
      assertThat(said.getDetail())
          .isEqualTo("At most 1 sessions of one client address may begin in a second.");
      Awaitility.await()
          .ignoreExceptions()
          .untilAsserted(() -> RawClient.session(proxy.address()).close());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"max-connections = 1", "max-connections-per-client = 1"})
  void cancelRequestsAreNotCounted(String limit) throws SQLException {
    try (TestProxy proxy = TestProxy.to(postgres).frontend(limit).start();
        Connection connection = proxy.connect();
        Statement statement = connection.createStatement()) {
      CompletableFuture<String> state =
          CompletableFuture.supplyAsync(() -> stateOf(statement, "select pg_sleep(30)"));
      // pgjdbc sends one cancel request for a query, and no server keeps it for later.
      Awaitility.await().until(postgres::sleeps);
      statement.cancel();
      assertThat(state.join()).isEqualTo("57014");
    }
  }

  @Test
  void aServersLimitMakesClientsWait() throws IOException {
    try (TestProxy proxy = TestProxy.to().server(postgres, "max-connections = 1").start();
        RawClient first = RawClient.session(proxy.address());
        RawClient second = RawClient.open(proxy.address())) {
      second.send(RawClient.startup());
      proxy.awaitQueued(1);
      assertThat(first.value("select 42")).isEqualTo("42");
      first.send(RawClient.terminate());
      second.readUntil('Z');
      assertThat(proxy.backend().servers().getFirst().maxSessions()).isEqualTo(1);
    }
  }

  private static ServerErrorMessage refusal(TestProxy proxy, String sslMode) {
    PSQLException refused =
        catchThrowableOfType(
            PSQLException.class,
            () -> {
              var _ = proxy.connect("sslmode=" + sslMode);
            });
    return Objects.requireNonNull(refused.getServerErrorMessage());
  }

  private static String stateOf(Statement statement, String sql) {
    try {
      statement.execute(sql);
      return "done";
    } catch (SQLException e) {
      return String.valueOf(e.getSQLState());
    }
  }
}
