// Rule: the console is a PostgreSQL to pgjdbc: extended protocol, binary results, row limits and
// transactions as a driver expects them.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.TestProxy;

class ConsoleJdbcIT extends PostgresStage {
  private TestProxy proxy;

  @BeforeEach
  void start() {
    proxy =
        TestProxy.to(postgres)
            .frontend("tls.mode = off")
            .proxy("console { bind = \"127.0.0.1:0\", password = secret }")
            .start()
            .awaitUp(1);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private Connection console(String... parameters) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:"
            + proxy.proxy().consoleAddress().getPort()
            + "/pgproxy?user=pgproxy&password=secret&"
            + String.join("&", parameters));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "preferQueryMode=extended",
        "preferQueryMode=extendedForPrepared",
        "preferQueryMode=simple",
        "protocolVersion=3.2",
        "targetServerType=primary",
        "ApplicationName=dba"
      })
  void connects(String parameter) throws SQLException {
    try (Connection console = console(parameter);
        Statement statement = console.createStatement();
        ResultSet version = statement.executeQuery("select version()")) {
      assertThat(console.getMetaData().getDatabaseProductVersion()).startsWith("14.0 (pg-proxy ");
      assertThat(console.getMetaData().getDatabaseMajorVersion()).isEqualTo(14);
      assertThat(console.isValid(5)).isTrue();
      assertThat(version.next()).isTrue();
      assertThat(version.getString(1)).startsWith("PostgreSQL 14.0 (pg-proxy ");
    }
  }

  /** From its fifth execution on a statement is prepared and its results are binary. */
  @Test
  void binaryResultsAreTheSameAsText() throws SQLException {
    try (Connection session = proxy.connect();
        Connection console = console();
        PreparedStatement clients =
            console.prepareStatement(
                "SHOW CLIENTS", ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        PreparedStatement servers = console.prepareStatement("SHOW SERVERS");
        PreparedStatement one = console.prepareStatement("SELECT 1")) {
      assertThat(session.isValid(5)).isTrue();
      List<String> first = values(clients);
      for (int i = 0; i < 8; i++) {
        assertThat(values(clients)).isEqualTo(first);
      }
      assertThat(first).contains("C", "postgres", "s1", "pg_frontend");
      for (int i = 0; i < 8; i++) {
        try (ResultSet row = servers.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getString("server")).isEqualTo("s1");
          assertThat(row.getInt("port")).isEqualTo(postgres.port());
          assertThat(row.getDouble("last_change")).isBetween(0.0, 60.0);
          assertThat(row.getLong("total_sessions")).isEqualTo(1);
        }
        try (ResultSet row = one.executeQuery()) {
          assertThat(row.next()).isTrue();
          assertThat(row.getInt(1)).isEqualTo(1);
        }
      }
    }
  }

  private static List<String> values(PreparedStatement statement) throws SQLException {
    List<String> values = new ArrayList<>();
    try (ResultSet row = statement.executeQuery()) {
      ResultSetMetaData columns = row.getMetaData();
      assertThat(row.next()).isTrue();
      for (int i = 1; i <= columns.getColumnCount(); i++) {
        Object value =
            columns.getColumnType(i) == Types.TIMESTAMP
                ? row.getObject(i, OffsetDateTime.class)
                : row.getObject(i);
        values.add(String.valueOf(value));
      }
      assertThat(row.next()).isFalse();
    }
    return values;
  }

  @Test
  void columnsHaveTheirTypes() throws SQLException {
    try (Connection console = console();
        PreparedStatement clients = console.prepareStatement("SHOW CLIENTS")) {
      ResultSetMetaData columns = clients.getMetaData();
      List<String> types = new ArrayList<>();
      for (int i = 1; i <= 9; i++) {
        types.add(columns.getColumnName(i) + " " + columns.getColumnTypeName(i));
      }
      assertThat(types)
          .containsExactly(
              "type text",
              "user text",
              "database text",
              "application_name text",
              "addr text",
              "port int4",
              "state text",
              "connect_time timestamptz",
              "wait int4");
    }
  }

  @Test
  void rowsComeInPortions() throws SQLException {
    try (Connection console = console()) {
      console.setAutoCommit(false);
      try (Statement statement = console.createStatement()) {
        statement.setFetchSize(5);
        List<String> commands = new ArrayList<>();
        try (ResultSet help = statement.executeQuery("SHOW HELP")) {
          while (help.next()) {
            commands.add(help.getString("command"));
          }
        }
        assertThat(commands).hasSizeGreaterThan(20).startsWith("SHOW HELP").doesNotHaveDuplicates();
      }
      console.commit();
      try (Statement statement = console.createStatement()) {
        statement.setMaxRows(3);
        try (ResultSet help = statement.executeQuery("SHOW HELP")) {
          int rows = 0;
          while (help.next()) {
            rows++;
          }
          assertThat(rows).isEqualTo(3);
        }
      }
    }
  }

  @Test
  void parametersAreNamesAndNumbers() throws SQLException {
    try (Connection session = proxy.connect();
        Connection console = console();
        PreparedStatement drain = console.prepareStatement("DRAIN ?");
        PreparedStatement wait = console.prepareStatement("DRAIN ? WAIT ?");
        PreparedStatement kill = console.prepareStatement("KILL ?");
        ResultSet clients = console.createStatement().executeQuery("SHOW CLIENTS")) {
      for (int i = 0; i < 7; i++) {
        drain.setString(1, i % 2 == 0 ? "s1" : "pg_backends/s1");
        assertThat(drain.execute()).isFalse();
      }
      assertThat(proxy.server(1).server().administrative()).isEqualTo(AdministrativeState.DRAIN);
      wait.setString(1, "s1");
      wait.setInt(2, 1);
      assertThatThrownBy(wait::execute).hasMessageContaining("still has 1 session after 1 s");
      assertThat(clients.next()).isTrue();
      kill.setLong(1, clients.getLong("id"));
      assertThat(kill.execute()).isFalse();
      assertThatThrownBy(() -> session.createStatement().execute("select 1"))
          .isInstanceOf(SQLException.class);
      drain.setString(1, "elephants");
      assertThatThrownBy(drain::execute).hasMessageContaining("there is no server \"elephants\"");
      assertThat(console.isValid(5)).isTrue();
    }
  }

  @Test
  void transactionsFailAndEnd() throws SQLException {
    try (Connection console = console();
        Statement statement = console.createStatement()) {
      assertThat(console.getTransactionIsolation())
          .isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
      console.setAutoCommit(false);
      assertThatThrownBy(() -> statement.execute("select * from pg_class"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("0A000"));
      assertThatThrownBy(() -> statement.execute("show version"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25P02"));
      console.rollback();
      assertThat(statement.execute("show version")).isTrue();
      console.commit();
    }
  }

  @Test
  void reloadTellsWhyItIsRefused() throws SQLException {
    try (Connection console = console();
        Statement statement = console.createStatement()) {
      assertThatThrownBy(() -> statement.execute("RELOAD"))
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat(e.getSQLState()).isEqualTo("F0000");
                assertThat(e.getMessage()).contains("Detail: ");
              });
    }
  }
}
