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
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ConsoleLogin;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: what a DBA orders at the console with PgBouncer's words is done, and he is told what came
// of it.
@NeedsProgram("psql")
class ConsoleOrdersIT extends PsqlConsoleStage {
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
}
