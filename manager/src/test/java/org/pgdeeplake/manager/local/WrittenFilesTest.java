package org.pgdeeplake.manager.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.deployment.LockFile;

/**
 * What may hold a secret can be read by the server's user alone: the directory of an instance with
 * its data and its log, and its credentials. SECURITY.md lists what else is written.
 */
class WrittenFilesTest {
  /** Without a secret; a file of another name must be thought about first. */
  private static final List<String> FOR_EVERYBODY = List.of("servers.conf", "change.lock");

  @AutoClose private final TestData data = new TestData();

  @Test
  void onlyTheServersUserReadsWhatMayBeSecret() throws Exception {
    LocalDeployment deployment = data.deployment(1);
    try (LockFile _ = deployment.lockForChange("the test")) {
      deployment.start(1);
    }
    Path instance = data.path().resolve("pg-deeplake-1");
    assertThat(mode(instance)).isEqualTo("rwx------");
    assertThat(instance.resolve("postgresql.log")).isNotEmptyFile();
    assertThat(mode(instance.resolve("data"))).isEqualTo("rwx------");
    Path credentials =
        Path.of(
            new CredentialsFile("pg-deeplake-1", instance.resolve("data"), ServerUser.choose())
                .path());
    assertThat(mode(credentials)).isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(data.path())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .filteredOn(name -> !name.startsWith("postgresql-"))
          .containsOnlyOnce("pg-deeplake-1")
          .allMatch(name -> name.equals("pg-deeplake-1") || FOR_EVERYBODY.contains(name));
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
