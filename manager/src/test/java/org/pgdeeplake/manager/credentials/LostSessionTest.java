package org.pgdeeplake.manager.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.command.ExitCodes;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/** A rollback is not kept out by what its own lost session still does on the server. */
class LostSessionTest {
  @AutoClose private final ThreeInstances three;

  LostSessionTest() throws Exception {
    three = new ThreeInstances();
  }

  @BeforeEach
  void start() throws Exception {
    three.start(1);
    three.dotEnv("AKIABEFORE", "before", "");
    assertThat(three.rotate("--skip-stopped").code()).isEqualTo(ExitCodes.OK);
  }

  @Test
  void itsCommandIsEnded() throws Exception {
    PostgresAccess access = new PostgresAccess("postgres", "", Duration.ofSeconds(5));
    var instance = three.deployment().instances().getFirst();
    try (InstanceRotation rotation =
        InstanceRotation.open(instance, access, three.file(1).toString())) {
      rotation.lock();
      rotation.prepare(Credentials.of("AKIAAFTER", "after", null));
      // The server's cat waits for somebody who writes.
      Path pipe = three.file(1, ".new");
      Files.delete(pipe);
      run("mkfifo", pipe.toString());
      run("chown", "--reference=" + three.file(1), pipe.toString());
      assertThatThrownBy(rotation::change).hasMessageContaining("I/O error");
      assertThat(
              three.ask(
                  1,
                  "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE"
                      + " 'pg-manager rotate-creds%' AND query LIKE 'COPY%'"))
          .isEqualTo("1");

      rotation.rollBack();
    }
    three.assertHolds(1, "AKIABEFORE", "before", "");
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }
}
