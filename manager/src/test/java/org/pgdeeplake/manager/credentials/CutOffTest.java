package org.pgdeeplake.manager.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.ManagerProcess;
import org.pgdeeplake.manager.command.ExitCodes;

/**
 * Wherever a rotation is cut off, the next one says so and ends with all of them; and Ctrl-C is no
 * cut, but takes everything back.
 */
class CutOffTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @AutoClose private final ThreeInstances three;
  private Connection keeper;
  private @Nullable Process manager;

  CutOffTest() throws Exception {
    three = new ThreeInstances();
  }

  @BeforeEach
  void start() throws Exception {
    three.startAll();
    three.dotEnv("AKIABEFORE", "before", "");
    assertThat(three.rotate().code()).isEqualTo(ExitCodes.OK);
    three.dotEnv("AKIAAFTER", "after", "");
    keeper = three.connect(3);
  }

  @AfterEach
  void end() throws Exception {
    if (manager != null) {
      manager.destroyForcibly().waitFor();
    }
    keeper.close();
  }

  /**
   * On the third instance whoever logs in and has such credentials waits, and so does a manager.
   */
  private void hold(String pattern) throws SQLException {
    try (var statement = keeper.createStatement()) {
      statement.execute(
          """
          CREATE FUNCTION hold() RETURNS event_trigger LANGUAGE plpgsql AS $$
          BEGIN
            IF current_setting('deeplake.creds', true) LIKE '%%%1$s%%'
               AND current_setting('application_name') = 'pg-manager' THEN
              PERFORM pg_advisory_lock_shared(77);
            END IF;
          END $$;
          CREATE EVENT TRIGGER hold ON login EXECUTE FUNCTION hold();
          SELECT pg_advisory_lock(77);
          """
              .formatted(pattern));
    }
  }

  private void release() throws SQLException {
    try (var statement = keeper.createStatement()) {
      statement.execute("SELECT pg_advisory_unlock(77); DROP EVENT TRIGGER hold");
    }
  }

  private void awaitManagerHeld() {
    await()
        .atMost(LIMIT)
        .untilAsserted(() ->
            assertThat(
                    ThreeInstances.ask(
                        keeper,
                        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 77"
                            + " AND NOT granted"))
                .isEqualTo("1"));
  }

  private Process startManager() throws IOException {
    Process started =
        ManagerProcess.of(
                three.path(),
                "rotate-creds",
                "--deployment=local",
                "--timeout=60s",
                "--data=" + three.path())
            .redirectOutput(three.path().resolve("output").toFile())
            .start();
    manager = started;
    return started;
  }

  private void awaitHeld(int ordinal, String key) {
    await().atMost(LIMIT).untilAsserted(() -> assertThat(three.held(ordinal)).contains(key));
  }

  @Test
  void killedWhileSomeHaveTheNewOnes() throws Exception {
    hold("AKIAAFTER");
    Process running = startManager();
    awaitManagerHeld();
    awaitHeld(1, "AKIAAFTER");
    Manage meanwhile = three.rotate();
    assertThat(meanwhile.code()).isEqualTo(ExitCodes.LOCKED);
    assertThat(meanwhile.err())
        .contains("pg-deeplake-1 is locked by pg-manager rotate-creds, pid " + running.pid());

    running.destroyForcibly().waitFor();
    release();

    assertThat(three.file(3, ".old")).exists();
    awaitUnlocked();
    assertToldThatTheLogsAreSilent();
    Manage next = three.rotate();
    assertThat(next.code()).as(next.toString()).isEqualTo(ExitCodes.OK);
    assertThat(next.out())
        .contains("pg-deeplake-1: an earlier rotation was cut off in the middle; until now it had");
    three.assertAllHold("AKIAAFTER", "after", "");
    assertThat(three.log(1)).doesNotContain("after\"");
    assertThat(three.rotate("--check").code()).isEqualTo(ExitCodes.OK);
  }

  private void assertToldThatTheLogsAreSilent() {
    Manage check = three.rotate("--check");
    assertThat(check.code()).as(check.toString()).isEqualTo(ExitCodes.FAILED);
    assertThat(check.out())
        .containsPattern("pg-deeplake-1  \\w+, its log is silent")
        .contains("All have the same.", "rotate once more");
    assertThat(
            three.rotate("--check", "-o", "json").json().at("/instances/2/log_silent").asBoolean())
        .isTrue();
    Manage health = Manage.local(three.path(), "health", "-o", "json");
    assertThat(health.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(health.json().at("/instances/0/failures").findValuesAsText("word"))
        .contains("silent");
  }

  /** The server notices that its client is gone when it next reads or writes. */
  private void awaitUnlocked() {
    for (int ordinal : ThreeInstances.ORDINALS) {
      await()
          .atMost(LIMIT)
          .untilAsserted(() ->
              assertThat(
                      three.ask(
                          ordinal,
                          "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE"
                              + " 'pg-manager%'"))
                  .isEqualTo("0"));
    }
  }

  @Test
  void killedBeforeTheSwitch() throws Exception {
    hold("AKIABEFORE");
    Process running = startManager();
    awaitManagerHeld();
    running.destroyForcibly().waitFor();
    release();
    awaitUnlocked();
    assertThat(three.file(1, ".new")).exists();

    Manage next = three.rotate();

    assertThat(next.code()).as(next.toString()).isEqualTo(ExitCodes.OK);
    assertThat(next.out()).contains("cut off");
    three.assertAllHold("AKIAAFTER", "after", "");
  }

  @Test
  void sigtermTakesEverythingBack() throws Exception {
    hold("AKIAAFTER");
    Process running = startManager();
    awaitManagerHeld();

    running.destroy();
    await("the signal is heard").atMost(LIMIT).until(() -> hasThread(running, "termination"));
    release();

    assertThat(running.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(running.exitValue()).isEqualTo(ExitCodes.FAILED);
    assertThat(Files.readString(three.path().resolve("output")))
        .contains("pg-deeplake-1  rolled back", "ended by a signal");
    for (int ordinal : ThreeInstances.ORDINALS) {
      three.assertHolds(ordinal, "AKIABEFORE", "before", "");
    }
  }

  private static boolean hasThread(Process process, String name) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
      for (Path thread : threads.toList()) {
        if (Files.readString(thread.resolve("comm")).strip().equals(name)) {
          return true;
        }
      }
      return false;
    }
  }
}
