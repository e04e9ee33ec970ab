package org.pgdeeplake.manager.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.local.TestData;

/** If one instance cannot have the new credentials, all keep or get back those of before. */
class AllOrNoneTest {
  @AutoClose private final ThreeInstances three;

  AllOrNoneTest() throws Exception {
    three = new ThreeInstances();
  }

  @BeforeEach
  void startWithKnownCredentials() throws Exception {
    three.startAll();
    three.dotEnv("AKIABEFORE", "before", "");
    assertThat(three.rotate().code()).isEqualTo(ExitCodes.OK);
    three.dotEnv("AKIAAFTER", "after", "");
  }

  private void assertHoldsBefore(int ordinal) throws Exception {
    three.assertHolds(ordinal, "AKIABEFORE", "before", "");
  }

  private FileTime written(int ordinal) throws Exception {
    return Files.getLastModifiedTime(three.file(ordinal));
  }

  private void kill(int ordinal) throws Exception {
    TestData.kill9(three.pid(ordinal));
    assertThat(three.started(ordinal).exit()).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void oneThatWasKilledIsNamedAndNothingIsChangedAnywhere() throws Exception {
    FileTime one = written(1);
    FileTime two = written(2);
    FileTime three3 = written(3);
    String loaded = three.ask(1, "SELECT pg_conf_load_time()");
    kill(2);

    Manage failed = three.rotate();

    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.out())
        .contains(
            "pg-deeplake-1  unchanged",
            "pg-deeplake-2  failed: does not run: failed, killed, or died",
            "pg-deeplake-3  unchanged",
            "Nothing was changed on any instance.",
            "--skip-stopped");
    assertHoldsBefore(1);
    assertHoldsBefore(3);
    three.assertNothingAside(2);
    assertThat(written(1)).isEqualTo(one);
    assertThat(written(2)).isEqualTo(two);
    assertThat(written(3)).isEqualTo(three3);
    assertThat(three.ask(1, "SELECT pg_conf_load_time()")).isEqualTo(loaded);
  }

  @Test
  void oneThatWasStoppedToo() throws Exception {
    three.deployment().stop(1);
    Manage failed = three.rotate("-o", "json");
    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.json().at("/result").asText()).isEqualTo("nothing_changed");
    assertThat(failed.json().at("/instances/0/reason").asText()).contains("stopped");
    assertHoldsBefore(2);
    assertHoldsBefore(3);

    Manage skipped = three.rotate("--skip-stopped");

    assertThat(skipped.code()).as(skipped.toString()).isEqualTo(ExitCodes.OK);
    assertThat(skipped.out())
        .contains(
            "pg-deeplake-1  left out: does not run: stopped",
            "pg-deeplake-2  rotated",
            "credentials of before when they start");
    three.start(1);
    assertThat(three.rotate("--check").code()).isEqualTo(ExitCodes.FAILED);
    assertThat(three.rotate().code()).isEqualTo(ExitCodes.OK);
    three.assertAllHold("AKIAAFTER", "after", "");
  }

  @Test
  void oneThatDoesNotAnswerIsNoStoppedOne() throws Exception {
    signal(2, "STOP");
    Manage failed;
    try {
      failed = three.rotate("--skip-stopped", "--timeout=1s");
    } finally {
      signal(2, "CONT");
    }
    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.out())
        .contains("pg-deeplake-2  failed: ", "Nothing was changed on any instance.");
    for (int ordinal : ThreeInstances.ORDINALS) {
      assertHoldsBefore(ordinal);
    }
  }

  private void signal(int ordinal, String signal) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + signal, Long.toString(three.pid(ordinal)))
                .start()
                .waitFor())
        .isZero();
  }

  @Test
  void aConfigurationThatCannotBeReloadedStopsItBeforeAnyChange() throws Exception {
    three.configure(2, "no_such_setting = 1");

    Manage failed = three.rotate("--timeout=1s");

    assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(failed.out())
        .contains(
            "pg-deeplake-2  failed: its configuration cannot be reloaded: ",
            "postgresql.conf:",
            "no_such_setting",
            "Nothing was changed on any instance.");
    assertThat(three.rotate("--dry-run").code()).isEqualTo(ExitCodes.FAILED);
    for (int ordinal : ThreeInstances.ORDINALS) {
      assertHoldsBefore(ordinal);
    }
  }

  @Test
  void aVerificationThatFailsAfterTheSwitchTakesAllBack() throws Exception {
    // What the server reads and what sessions get are two things.
    three.execute(2, "ALTER ROLE postgres SET deeplake.creds = 'of the role'");
    try (var there = three.connect(1)) {
      Manage failed = three.rotate();

      assertThat(failed.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(failed.out())
          .contains(
              "pg-deeplake-1  rolled back",
              "pg-deeplake-2  failed: after the reload a new session has other credentials",
              "ALTER ROLE",
              "pg-deeplake-3  rolled back",
              "All instances have the credentials of before again.");
      await()
          .untilAsserted(() ->
              assertThat(ThreeInstances.ask(there, "SHOW deeplake.creds")).contains("AKIABEFORE"));
    }
    three.execute(2, "ALTER ROLE postgres RESET deeplake.creds");
    for (int ordinal : ThreeInstances.ORDINALS) {
      assertHoldsBefore(ordinal);
      assertThat(three.log(ordinal)).doesNotContain("before\"", "after\"");
    }
  }

  @Test
  void oneThatDiesInTheMiddleIsNamedAndTheRestIsTakenBack() throws Exception {
    // The third is killed as soon as a session sees the new credentials.
    three.execute(
        3,
        """
        CREATE FUNCTION die() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF current_setting('deeplake.creds', true) LIKE '%%AKIAAFTER%%'
             AND (pg_read_file('postmaster.pid') LIKE '%1$d%%') THEN
            COPY (SELECT 1 WHERE false) TO PROGRAM 'kill -9 %1$d || true';
            PERFORM pg_sleep(600);
          END IF;
        END $$;
        CREATE EVENT TRIGGER die ON login EXECUTE FUNCTION die();
        """
            .formatted(three.pid(3)));

    Manage failed = three.rotate("--timeout=2s");

    assertThat(failed.code()).isEqualTo(ExitCodes.PARTLY);
    assertThat(failed.out())
        .contains(
            "pg-deeplake-1  rolled back",
            "pg-deeplake-2  rolled back",
            "pg-deeplake-3  unknown: ",
            "could not be taken back",
            "rotate once more");
    assertHoldsBefore(1);
    assertHoldsBefore(2);
    assertThat(three.started(3).exit()).succeedsWithin(Duration.ofSeconds(10));
    // Children of the killed server may hold its shared memory for a moment.
    await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptionsInstanceOf(DeploymentFailed.class)
        .untilAsserted(() -> three.start(3));
    Manage again = three.rotate();
    assertThat(again.code()).as(again.toString()).isEqualTo(ExitCodes.OK);
    assertThat(again.out())
        .contains("pg-deeplake-3: an earlier rotation was cut off in the middle");
    three.assertAllHold("AKIAAFTER", "after", "");
  }

  @Test
  void aDirectoryThatIsNotOnTmpfsGetsNothing() throws Exception {
    // The server sees its own /dev/shm; here another path stands for it.
    Path elsewhere = three.path().resolve("pg-deeplake-1/data/creds.conf");
    var instance = three.deployment().instances().getFirst();
    var access =
        new org.pgdeeplake.manager.postgres.PostgresAccess("postgres", "", Duration.ofSeconds(5));
    try (var session = QuietSession.open(access, instance, Duration.ofSeconds(5))) {
      ServerFiles files = new ServerFiles(elsewhere.toString());
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> files.stage(session, "secret"))
          .hasMessageContaining("not on tmpfs");
    }
    assertThat(Path.of(elsewhere + ".new")).doesNotExist();
  }
}
