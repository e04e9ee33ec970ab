package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

// Rule: a session is one server's from its first byte to its last, and nothing in the stream
// changes.
class BytesIT {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres postgres;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres other;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestProxy proxy;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.started();
    other = TestPostgres.started();
  }

  @AfterAll
  static void stop() {
    postgres.close();
    other.close();
  }

  @BeforeEach
  void startProxy() {
    proxy = TestProxy.to(postgres).start();
  }

  @AfterEach
  void stopProxy() {
    proxy.close();
  }

  /** With two servers, a second query that went to the other one would not find what was set. */
  @Test
  void whatASessionSetsStays() throws SQLException {
    try (TestProxy two = TestProxy.to(postgres, other).start().awaitUp(2);
        Connection connection = two.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("set search_path = nowhere");
      statement.execute("create temporary table mine (i int)");
      String pid = value(statement, "select pg_backend_pid()");
      for (int i = 0; i < 20; i++) {
        assertThat(value(statement, "show search_path")).isEqualTo("nowhere");
        assertThat(value(statement, "select count(*) from mine")).isEqualTo("0");
        assertThat(value(statement, "select pg_backend_pid()")).isEqualTo(pid);
      }
    }
  }

  @Test
  void notificationsReachAnIdleSession() throws SQLException {
    try (Connection listener = proxy.connect();
        Statement listen = listener.createStatement();
        Connection sender = proxy.connect();
        Statement notify = sender.createStatement()) {
      listen.execute("listen news");
      for (int i = 0; i < 10; i++) {
        notify.execute("notify news, '" + i + "'");
        PGNotification[] heard = listener.unwrap(PGConnection.class).getNotifications(10_000);
        assertThat(heard).singleElement().extracting("parameter").isEqualTo(String.valueOf(i));
      }
    }
  }

  @Test
  void pipelinedExtendedProtocol() throws SQLException {
    try (Connection connection = proxy.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("create temporary table t (i int primary key, s text)");
      try (PreparedStatement insert =
          connection.prepareStatement("insert into t values (?, repeat(?, ?))")) {
        for (int i = 0; i < 5000; i++) {
          insert.setInt(1, i);
          insert.setString(2, "x");
          insert.setInt(3, i % 500);
          insert.addBatch();
        }
        assertThat(insert.executeBatch()).hasSize(5000).containsOnly(1);
      }
      assertThat(value(statement, "select sum(i) || ' ' || sum(length(s)) from t"))
          .isEqualTo(
              IntStream.range(0, 5000).sum()
                  + " "
                  + IntStream.range(0, 5000).map(i -> i % 500).sum());
    }
  }

  @Test
  void aCursorThatIsReadInParts() throws SQLException {
    try (Connection connection = proxy.connect()) {
      connection.setAutoCommit(false);
      try (PreparedStatement select =
          connection.prepareStatement("select i from generate_series(1, ?) i")) {
        select.setFetchSize(100);
        select.setInt(1, 10_000);
        try (ResultSet rows = select.executeQuery()) {
          int expected = 0;
          while (rows.next()) {
            expected++;
            assertThat(rows.getInt(1)).isEqualTo(expected);
          }
          assertThat(expected).isEqualTo(10_000);
        }
      }
      assertThat(proxy.demand().inTransaction()).isEqualTo(1);
      connection.commit();
      assertThat(proxy.demand().inTransaction()).isZero();
    }
  }

  @Test
  void largeObjects() throws SQLException {
    byte[] bytes = new byte[8 * 1024 * 1024];
    new Random(1).nextBytes(bytes);
    try (Connection connection = proxy.connect()) {
      connection.setAutoCommit(false);
      LargeObjectManager objects = connection.unwrap(PGConnection.class).getLargeObjectAPI();
      long id = objects.createLO();
      try (LargeObject object = objects.open(id, LargeObjectManager.WRITE)) {
        object.write(bytes);
      }
      try (LargeObject object = objects.open(id, LargeObjectManager.READ)) {
        assertThat(object.read(bytes.length)).isEqualTo(bytes);
      }
      objects.delete(id);
      connection.commit();
    }
  }

  /** Errors, too, are the server's own. */
  @Test
  void aServersErrorPassesAsItIs() throws IOException {
    try (RawClient direct = RawClient.session(postgres.socketAddress());
        RawClient through = RawClient.session(proxy.address())) {
      for (RawClient client : new RawClient[] {direct, through}) {
        client.send(RawClient.query("select 1/0"));
      }
      assertThat(through.readUntil('Z').toString()).isEqualTo(direct.readUntil('Z').toString());
    }
  }

  @Test
  void aWrongPasswordIsTheServersToRefuse() {
    try (TestPostgres guarded = TestPostgres.create().scram("secret").start();
        TestProxy before = TestProxy.to(guarded).start()) {
      org.postgresql.util.PSQLException refused =
          org.assertj.core.api.Assertions.catchThrowableOfType(
              org.postgresql.util.PSQLException.class,
              () -> {
                var _ = before.connect("password=wrong");
              });
      assertThat(refused.getSQLState()).isEqualTo("28P01");
      assertThat(before.backend().traffic().sessionsTotal()).isEqualTo(1);
    }
  }

  private static String value(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
