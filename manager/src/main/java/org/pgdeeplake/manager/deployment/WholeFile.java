package org.pgdeeplake.manager.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files that are replaced whole: whoever reads finds the old text or the new one. Who may read
 * stays as it was, from the new file's first byte on.
 */
public final class WholeFile {
  private WholeFile() {}

  public static void replace(Path file, String text) throws DeploymentFailed {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    try {
      if (Files.exists(file)) {
        createLike(file, beside);
      }
      Files.writeString(beside, text);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot write " + file + ": " + FileErrors.reason(e), e);
    }
  }

  private static void createLike(Path file, Path beside) throws IOException {
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    Files.deleteIfExists(beside);
    Files.createFile(beside, PosixFilePermissions.asFileAttribute(mode));
    // The umask may have taken some away.
    Files.setPosixFilePermissions(beside, mode);
  }
}
