package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.FileErrors;

/** Directories of the deployment. */
final class Directories {
  private Directories() {}

  /** A new one can be entered by everybody: the server may run as another user than the manager. */
  static void create(Path directory) throws DeploymentFailed {
    if (Files.isDirectory(directory)) {
      return;
    }
    try {
      Files.createDirectories(directory);
      permit(directory, "rwxr-xr-x");
    } catch (IOException e) {
      throw new DeploymentFailed("cannot create " + directory + ": " + FileErrors.reason(e), e);
    }
  }

  static void permit(Path path, String permissions) throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> tree = Files.walk(root)) {
      paths = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
