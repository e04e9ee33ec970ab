package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a cancel request reaches the server that runs the query, each time, and no other query.
class CancelIT {
  private static final int CANCELS = 100;
  private static final String CANCELLED = "57014";
  private static final String SLEEP = "select pg_sleep(30)";

  private static final List<TestPostgres> servers = new ArrayList<>();
  private static final List<Connection> direct = new ArrayList<>();

  @BeforeAll
  static void start() throws SQLException {
    for (int i = 0; i < 8; i++) {
      servers.add(TestPostgres.create("shared_buffers = 4MB").launch());
    }
    for (TestPostgres server : servers) {
      server.awaitReady();
      direct.add(server.connect());
    }
  }

  @AfterAll
  static void stop() throws SQLException {
    for (Connection connection : direct) {
      connection.close();
    }
    servers.forEach(TestPostgres::close);
  }

  private static TestProxy proxy(int count) {
    return TestProxy.to(servers.subList(0, count).toArray(TestPostgres[]::new))
        .start()
        .awaitUp(count);
  }

  @ParameterizedTest(name = "{0} servers, protocol {1}")
  @CsvSource({"2, 3.0", "8, 3.0", "8, 3.2"})
  void oneAfterTheOther(int count, String protocol) throws SQLException {
    try (TestProxy proxy = proxy(count)) {
      List<Connection> connections = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        connections.add(proxy.connect("protocolVersion=" + protocol));
      }
      for (int i = 0; i < CANCELS; i++) {
        try (Statement statement = connections.get(i % count).createStatement()) {
          CompletableFuture<String> state = sleep(statement);
          awaitSleepers(1);
          statement.cancel();
          assertThat(within3Seconds(state)).as("cancel %s", i).isEqualTo(CANCELLED);
        }
      }
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  @ParameterizedTest(name = "{0} servers")
  @ValueSource(ints = {2, 8})
  void allAtOnce(int count) throws SQLException {
    try (TestProxy proxy = proxy(count)) {
      List<Connection> connections = new ArrayList<>();
      List<Statement> statements = new ArrayList<>();
      List<CompletableFuture<String>> states = new ArrayList<>();
      for (int i = 0; i < CANCELS; i++) {
        connections.add(proxy.connect());
        statements.add(connections.getLast().createStatement());
        states.add(sleep(statements.getLast()));
      }
      awaitSleepers(CANCELS);
      statements.forEach(statement -> Thread.ofVirtual().start(() -> cancel(statement)));
      Map<String, Long> outcomes =
          states.stream()
              .map(CancelIT::within3Seconds)
              .collect(Collectors.groupingBy(s -> s, Collectors.counting()));
      assertThat(outcomes).isEqualTo(Map.of(CANCELLED, (long) CANCELS));
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  /** PostgreSQL 18 hands out keys of 32 bytes to a client that speaks protocol 3.2. */
  @Test
  void longKeys() throws IOException {
    try (TestProxy proxy = proxy(8);
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup(RawClient.PROTOCOL_3_2));
      byte[] key = client.readUntil('K').getLast().body();
      assertThat(key).hasSize(4 + 32);
      client.readUntil('Z');
      client.send(RawClient.query(SLEEP));
      awaitSleepers(1);
      cancel(proxy, key);
      assertThat(client.readUntil('Z'))
          .anySatisfy(message ->
              assertThat(message.type() == 'E' ? message.fields() : Map.of())
                  .containsEntry('C', CANCELLED));
    }
  }

  /** When the cancel connection is closed the signal has been sent: it hits no later query. */
  @Test
  void theNextQueryIsSafe() throws IOException {
    try (TestProxy proxy = proxy(2);
        RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.startup());
      byte[] key = client.readUntil('K').getLast().body();
      client.readUntil('Z');
      for (int i = 0; i < CANCELS; i++) {
        cancel(proxy, key);
        assertThat(client.value("select " + i)).isEqualTo(String.valueOf(i));
      }
    }
  }

  @Test
  @NeedsProgram("psql")
  void ctrlCInPsql() {
    try (TestProxy proxy = proxy(8);
        Command psql = proxy.psql(SLEEP).start()) {
      awaitSleepers(1);
      psql.signal("INT");
      Command.Result result = psql.await(Duration.ofSeconds(5));
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.err()).contains("canceling statement due to user request");
    }
  }

  /** Inside TLS nobody has seen the key: every server is asked, and the one that knows it acts. */
  @Test
  void sessionsInTls() throws SQLException {
    try (TestPostgres first = TestPostgres.create().tls().start();
        TestPostgres second = TestPostgres.create().tls().start();
        TestProxy proxy = TestProxy.to(first, second).start().awaitUp(2)) {
      for (int i = 0; i < 10; i++) {
        try (Connection connection = proxy.connect("sslmode=require");
            Statement statement = connection.createStatement()) {
          CompletableFuture<String> state = sleep(statement);
          await().until(() -> sleepers(List.of(first, second)) == 1);
          statement.cancel();
          assertThat(within3Seconds(state)).as("cancel %s", i).isEqualTo(CANCELLED);
        }
      }
    }
  }

  private static int sleepers(List<TestPostgres> servers) throws SQLException {
    int sleepers = 0;
    for (TestPostgres server : servers) {
      try (Connection connection = server.connect()) {
        sleepers += sleepers(connection);
      }
    }
    return sleepers;
  }

  private static void cancel(TestProxy proxy, byte[] key) throws IOException {
    try (RawClient canceller = RawClient.open(proxy.address())) {
      canceller.send(RawClient.cancelRequest(key));
      assertThat(canceller.read()).isNull();
    }
  }

  private static void cancel(Statement statement) {
    try {
      statement.cancel();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** The SQLSTATE with which the query ends. */
  private static CompletableFuture<String> sleep(Statement statement) {
    CompletableFuture<String> state = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            statement.execute(SLEEP);
            state.complete("slept");
          } catch (SQLException e) {
            state.complete(String.valueOf(e.getSQLState()));
          }
        });
    return state;
  }

  private static String within3Seconds(CompletableFuture<String> state) {
    return state.completeOnTimeout("not cancelled", 3, TimeUnit.SECONDS).join();
  }

  private static void awaitSleepers(int expected) {
    await("sleeping queries").atMost(Duration.ofSeconds(20)).until(() -> sleepers() == expected);
  }

  private static int sleepers() throws SQLException {
    int sleepers = 0;
    for (Connection connection : direct) {
      sleepers += sleepers(connection);
    }
    return sleepers;
  }

  private static int sleepers(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select count(*) from pg_stat_activity where wait_event = 'PgSleep'")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
