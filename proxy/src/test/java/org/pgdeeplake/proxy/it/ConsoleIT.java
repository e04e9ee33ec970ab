package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.TestPostgres;

// Rule: a DBA with psql sees at the console everything that PgBouncer's words promise, and what is
// wrong is said without ending the session.
@NeedsProgram("psql")
class ConsoleIT extends PsqlConsoleStage {
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
