package org.pgdeeplake.manager.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are replaced whole: whoever reads finds the old text or the new one. */
public final class WholeFile {
  private WholeFile() {}

  public static void replace(Path file, String text) throws DeploymentFailed {
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.writeString(beside, text);
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot write " + file + ": " + FileErrors.reason(e), e);
    }
  }
}
