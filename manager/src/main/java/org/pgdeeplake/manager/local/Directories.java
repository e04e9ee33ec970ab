package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

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
      throw new DeploymentFailed("cannot create " + directory + ": " + reason(e), e);
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

  /** What the system said, with the path that it is about, in words. */
  static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> denied.getFile() + ": permission denied";
      case FileAlreadyExistsException exists -> exists.getFile() + " exists and is no directory";
      case NoSuchFileException missing -> missing.getFile() + ": no such file or directory";
      default -> String.valueOf(e.getMessage());
    };
  }
}
