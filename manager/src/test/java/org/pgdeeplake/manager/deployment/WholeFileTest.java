package org.pgdeeplake.manager.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file that is replaced has the new text, and is readable by those who could read the old. */
class WholeFileTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"rw-------", "rw-r-----", "rw-r--r--", "rw-rw-rw-"})
  void whoMayReadStays(String mode) throws Exception {
    Path file = Files.writeString(directory.resolve("servers.conf"), "old");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    // Of a manager that was killed.
    Files.writeString(directory.resolve("servers.conf.new"), "unfinished");

    WholeFile.replace(file, "new");

    assertThat(file).hasContent("new");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo(mode);
    assertThat(directory.toFile().list()).containsExactly("servers.conf");
  }

  @Test
  void aNewOneIsAsAnyFile() throws Exception {
    Path any = Files.writeString(directory.resolve("any"), "");
    Path file = directory.resolve("servers.conf");

    WholeFile.replace(file, "new");

    assertThat(file).hasContent("new");
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(any));
  }
}
