// Rule: a DBA with psql sees and does at the console everything that PgBouncer's words promise, and
// what is wrong is said without ending the session.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

@NeedsProgram("psql")
class ConsoleIT {
  private static final String PASSWORD = "pässword 1";

  private static TestPostgres postgres;

  private TestProxy proxy;

  @BeforeAll
  static void startPostgres() {
    postgres = TestPostgres.started();
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  @BeforeEach
  void start() {
    proxy =
        TestProxy.to(postgres)
            .frontend("tls.mode = off") // an SSLRequest that waits has no name yet
            .proxy("console { bind = \"127.0.0.1:0\", password = \"" + PASSWORD + "\" }")
            .start()
            .awaitUp(1);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  /** psql at the console, one {@code -c} for each command. */
  private Command.Builder psql(String... commands) {
    return psqlTo("pgproxy", commands).env("PGPASSWORD", PASSWORD);
  }

  private Command.Builder psqlTo(String database, String... commands) {
    return psqlAs("pgproxy", database, commands);
  }

  private Command.Builder psqlAs(String user, String database, String... commands) {
    List<String> line =
        new ArrayList<>(
            List.of(
                "psql",
                "-X",
                "-A",
                "-v",
                "VERBOSITY=verbose",
                "-h",
                "127.0.0.1",
                "-p",
                String.valueOf(proxy.proxy().consoleAddress().getPort()),
                "-U",
                user,
                "-d",
                database));
    for (String command : commands) {
      line.addAll(List.of("-c", command));
    }
    return Command.of(line);
  }

  private static String out(Command.Builder psql) {
    Command.Result result = psql.run();
    assertThat(result.err()).isEmpty();
    assertThat(result.exitCode()).isZero();
    return result.out();
  }

  private static String error(Command.Builder psql) {
    Command.Result result = psql.run();
    assertThat(result.exitCode()).as(result.out()).isNotZero();
    return result.err();
  }

  /** The fields of the rows of a SHOW, its header first. */
  private List<List<String>> table(String show) {
    return out(psql(show))
        .lines()
        .filter(line -> line.contains("|"))
        .map(line -> List.of(line.split("\\|", -1)))
        .toList();
  }

  private String cell(String show, String column) {
    List<List<String>> table = table(show);
    assertThat(table).as(show).hasSize(2);
    return table.get(1).get(table.getFirst().indexOf(column));
  }

  @ParameterizedTest
  @CsvSource({
    "HELP, command|meaning, SHOW HELP|these lines",
    "servers, type|backend|server|addr|port|state|admin|check|, S|pg_backends|s1|127.0.0.1|",
    "QUEUE, backend|place|wait|id|user|database|application_name|addr|port|stage, (0 rows)",
    "CLIENTS, type|user|database|application_name|addr|port|state|connect_time|wait|wait_us|tls|id,"
        + " (0 rows)",
    "POOLS, database|cl_active|cl_waiting|sv_active|maxwait|maxwait_us|pool_mode,"
        + " pg_backends|0|0|0|0|0|session",
    "DATABASES, name|host|pool_mode|max_connections|current_connections|paused, pg_backends|",
    "STATS, database|total_server_assignment_count|total_received|total_sent|, pg_backends|0|0|0|",
    "WAKES, backend|began|outcome|server_up|first_session|first_row|waiters, row",
    "CONFIG, key|value|default|changeable, backends.pg_backends.timeouts.queue|120s|120s|yes",
    "LISTS, list|items, servers_up|1",
    "MEM, name|used|memtotal|max, heap|",
    "STATE, key|value, active|yes",
    "VERSION, version, pg-proxy ",
    "server_version, server_version, 14.0 (pg-proxy ",
    "transaction isolation level, transaction_isolation, read committed"
  })
  void shows(String topic, String header, String line) {
    assertThat(out(psql("SHOW " + topic + ";"))).startsWith(header).contains(line);
  }

  @Test
  void configurationHidesSecrets() {
    assertThat(out(psql("show config")))
        .contains("\nconsole.password|***||yes\n")
        .doesNotContain(PASSWORD);
  }

  @Test
  void severalStatementsCommentsAndNothing() {
    assertThat(
            out(
                psql(
                    "-- first\nshow transaction_read_only; /* then */ Show Version;;",
                    ";",
                    "BEGIN; select 1; COMMIT",
                    "SET application_name = 'x'; SET extra_float_digits = 3",
                    "select version()")))
        .startsWith("transaction_read_only\noff\n(1 row)\nversion\npg-proxy ")
        .contains("BEGIN\n?column?\n1\n(1 row)\nCOMMIT\nSET\nSET\nversion\nPostgreSQL 14.0 (pg-");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "SHOW SRVERS!42601: there is no SHOW SRVERS!Did you mean SHOW SERVERS?",
        "PAUS!42601: there is no command \"PAUS\"!Did you mean PAUSE?",
        "DRAIN!42601: syntax error at end of input!Usage: DRAIN server; DRAIN server WAIT seconds",
        "DRAIN s1 WAIT soon!42601: syntax error at or near \"soon\"!Usage: DRAIN server",
        "DRAIN s1 now!42601: syntax error at or near \"now\"!Usage: DRAIN server",
        "DRAIN s2!42704: there is no server \"s2\"!Did you mean s1?",
        "PAUSE elephants!42704: there is no backend \"elephants\"!The backends are: pg_backends",
        "KILL 4711!42704: there is no session 4711!SHOW CLIENTS has the ids",
        "DISABLE s1!0A000: DISABLE has no meaning here!PAUSE holds new sessions",
        "SHUTDOWN IMMEDIATE!0A000: SHUTDOWN IMMEDIATE is not offered!SHUTDOWN is the orderly end",
        "SET timeouts.queue = 1!42704: \"timeouts.queue\" cannot be set here!then RELOAD",
        "\\d!0A000: this is the console of pgproxy, not a database!SHOW HELP lists its commands",
        "select * from t!0A000: this is the console of pgproxy!SHOW HELP",
        "show 'a!42601: unterminated quoted string!unterminated"
      })
  void saysWhatIsWrongAndGoesOn(String command, String error, String hint) {
    Command.Result result = psql(command, "show transaction_read_only").run();
    assertThat(result.err()).contains("ERROR:  " + error).contains(hint);
    assertThat(result.out()).isEqualTo("transaction_read_only\noff\n(1 row)\n");
  }

  @ParameterizedTest
  @CsvSource({"pgproxy, wrong", "postgres, " + PASSWORD})
  void aWrongUserHearsTheSameAsAWrongPassword(String user, String password) {
    assertThat(error(psqlAs(user, "pgproxy", "show version").env("PGPASSWORD", password)))
        .contains("FATAL:  password authentication failed for user \"" + user + "\"");
  }

  @Test
  void theDatabaseIsPgproxyOrPgbouncer() {
    assertThat(out(psqlTo("pgbouncer", "show version").env("PGPASSWORD", PASSWORD)))
        .startsWith("version\npg-proxy ");
    assertThat(error(psqlTo("postgres", "show version").env("PGPASSWORD", PASSWORD)))
        .contains("FATAL:  database \"postgres\" does not exist")
        .contains("HINT:  Connect to the database pgproxy");
  }

  @Test
  void pauseHoldsNewSessionsAndResumeReleasesThem() {
    assertThat(out(psql("PAUSE pg_backends"))).isEqualTo("PAUSE\n");
    assertThat(cell("SHOW DATABASES", "paused")).isEqualTo("1");
    try (Command client = proxy.psql("select 41 + 1").env("PGAPPNAME", "held").start()) {
      proxy.awaitQueued(1);
      await().until(() -> cell("SHOW QUEUE", "application_name").equals("held"));
      assertThat(cell("SHOW CLIENTS", "state")).isEqualTo("waiting");
      assertThat(cell("SHOW POOLS", "cl_waiting")).isEqualTo("1");
      assertThat(out(psql("RESUME"))).isEqualTo("RESUME\n");
      assertThat(client.await().out()).isEqualTo("42\n");
    }
    assertThat(cell("SHOW DATABASES", "paused")).isEqualTo("0");
  }

  @ParameterizedTest
  @CsvSource({"KILL %s", "kill_client %s;", "KILL pg_backends", "KILL pg_backends/s1"})
  void killEndsASession(String command) throws SQLException {
    try (Connection session =
        proxy.connect("assumeMinServerVersion=14", "ApplicationName=victim")) {
      assertThat(cell("SHOW CLIENTS", "application_name")).isEqualTo("victim");
      assertThat(cell("SHOW CLIENTS", "server")).isEqualTo("s1");
      String id = cell("SHOW CLIENTS", "id");
      assertThat(psql(command.formatted(id)).run().out()).isEqualTo("KILL\n");
      assertThatThrownBy(() -> session.createStatement().execute("select 1"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
      proxy.awaitNoSession();
    }
  }

  private void awaitState(AdministrativeState state) {
    await().until(() -> proxy.server(1).server().administrative() == state);
  }

  @Test
  void drainWaitsUntilTheServerIsEmpty() throws SQLException {
    Command drain;
    try (Connection _ = proxy.connect()) {
      drain = psql("DRAIN \"s1\" WAIT 60").start();
      awaitState(AdministrativeState.DRAIN);
      assertThat(cell("SHOW SERVERS", "admin")).isEqualTo("drain");
      assertThat(drain.running()).isTrue();
    }
    try (drain) {
      Command.Result result = drain.await(Duration.ofSeconds(10));
      assertThat(result.out()).isEqualTo("DRAIN\n");
      assertThat(result.exitCode()).isZero();
    }
    assertThat(out(psql("ready pg_backends/s1"))).isEqualTo("READY\n");
    assertThat(cell("SHOW SERVERS", "admin")).isEqualTo("ready");
  }

  @Test
  void drainSaysThatTimeIsUp() throws SQLException {
    try (Connection _ = proxy.connect()) {
      assertThat(error(psql("DRAIN s1 WAIT 1")))
          .contains("ERROR:  55000: pg_backends/s1 still has 1 session after 1 s");
      assertThat(psql("DRAIN s1").run().err())
          .contains("NOTICE:  00000: pg_backends/s1: 1 session may go on");
    }
  }

  @Test
  void ctrlCEndsTheWait() throws SQLException {
    try (Connection session = proxy.connect();
        Command drain = psql("DRAIN s1 WAIT 60").start()) {
      awaitState(AdministrativeState.DRAIN);
      drain.signal("INT");
      assertThat(drain.await(Duration.ofSeconds(10)).err())
          .contains("ERROR:  57014: canceling statement due to user request");
      assertThat(session.isValid(5)).isTrue();
      assertThat(cell("SHOW SERVERS", "admin")).isEqualTo("drain");
    }
  }

  @Test
  void maintEndsSessionsAndReadyBringsTheServerBack() throws SQLException {
    try (Connection session = proxy.connect()) {
      assertThat(out(psql("MAINT s1"))).isEqualTo("MAINT\n");
      assertThatThrownBy(() -> session.createStatement().execute("select 1"))
          .isInstanceOf(SQLException.class);
    }
    assertThat(cell("SHOW SERVERS", "admin")).isEqualTo("maint");
    assertThat(out(psql("READY s1"))).isEqualTo("READY\n");
    try (Connection session = proxy.connect()) {
      assertThat(session.isValid(5)).isTrue();
    }
  }

  @Test
  void wakeIsDemand() {
    assertThat(psql("WAKE").run().out()).isEqualTo("WAKE\n");
    assertThat(proxy.demand().demand()).isEqualTo(1);
  }

  @Test
  void shutdownIsTheOrderlyEnd() throws Exception {
    try (RawClient other = ConsoleLogin.open(proxy.proxy().consoleAddress(), "pgproxy", PASSWORD)) {
      assertThat(psql("SHUTDOWN").run().out()).isEqualTo("SHUTDOWN\n");
      RawClient.Message last = Objects.requireNonNull(other.read());
      assertThat(last.fields()).containsEntry('C', "57P01").containsEntry('S', "FATAL");
      assertThat(other.read()).isNull();
      proxy.proxy().awaitTermination();
    }
  }

  @Test
  void reloadTellsWhatChangesOrWhyNothingDoes(@TempDir Path directory) throws IOException {
    proxy.close();
    Path file = directory.resolve("proxy.conf");
    proxy =
        TestProxy.to(postgres)
            .proxy("console { bind = \"127.0.0.1:0\", password = \"" + PASSWORD + "\" }")
            .start(file);
    String text = Files.readString(file);

    Files.writeString(file, text.replace("threads = 2", "threads = 2\ndemand.linger = 31s"));
    assertThat(out(psql("RELOAD"))).isEqualTo("change\ndemand.linger 30s -> 31s\n(1 row)\n");

    Files.writeString(file, text + "proxy.demand.linger = soon\nproxy.elephants = 1\n");
    Command.Result refused = psql("RELOAD", "SHOW CONFIG").run();
    assertThat(refused.err())
        .contains("ERROR:  F0000: the configuration is refused; everything runs on as it did")
        .contains("proxy.demand.linger: \"soon\"", "proxy.elephants: unknown key")
        .contains(file + ":");
    assertThat(refused.out()).contains("demand.linger|31s|30s|yes");
  }

  /** libpq 18 asks for protocol 3.2 only when told to. */
  @ParameterizedTest
  @CsvSource({"3.0", "latest"})
  void newerLibpq(String protocol) throws IOException {
    assertThat(
            out(
                psql("show transaction_read_only")
                    .env("LD_LIBRARY_PATH", TestPostgres.libraries().toString())
                    .env("PGMAXPROTOCOLVERSION", protocol)))
        .isEqualTo("transaction_read_only\noff\n(1 row)\n");
  }
}
