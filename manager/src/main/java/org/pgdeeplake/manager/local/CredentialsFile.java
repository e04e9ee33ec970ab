package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.FileErrors;

/**
 * Where a server reads {@code deeplake.creds} from: on tmpfs, outside of its data directory.
 *
 * @param name of the instance
 */
record CredentialsFile(String name, Path data, ServerUser user) {
  /** Ends the one line that is ours, so that a moved data directory does not keep the old path. */
  private static final String MARK = " # credentials on tmpfs, kept by pg-manager";

  /** All instances of the machine share the directory; the hash tells theirs apart. */
  String path() {
    return "/dev/shm/%s-%08x-creds.conf".formatted(name, data.hashCode());
  }

  /** Does nothing to a data directory that has the line already. */
  void include() throws DeploymentFailed {
    Path configuration = data.resolve("postgresql.conf");
    String include = "include_if_exists = '" + path() + "'" + MARK;
    try {
      List<String> lines = Files.readAllLines(configuration);
      if (lines.contains(include)) {
        return;
      }
      List<String> wanted = new ArrayList<>(lines);
      wanted.removeIf(line -> line.endsWith(MARK));
      wanted.add(include);
      Path beside = data.resolve("postgresql.conf.new");
      Files.write(beside, wanted);
      Directories.permit(beside, "rw-------");
      user.give(beside);
      Files.move(
          beside,
          configuration,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new DeploymentFailed("cannot write " + configuration + ": " + FileErrors.reason(e), e);
    }
  }

  /**
   * Everybody may create files in /dev/shm, and whoever writes this one configures the server. So
   * it is always there as soon as it is read; the sticky bit keeps others from replacing it.
   *
   * @throws DeploymentFailed somebody else was there first
   */
  void createIfMissing() throws DeploymentFailed {
    Path file = Path.of(path());
    try {
      if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        user.give(file);
        return;
      }
      int owner = (int) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
      if (owner != user.uid() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new DeploymentFailed(
            "%s is not a file of user %s, so %s must not read its configuration from it: look who made it, then remove it"
                .formatted(file, user.name(), name));
      }
    } catch (IOException e) {
      throw new DeploymentFailed("cannot create " + file + ": " + FileErrors.reason(e), e);
    }
  }
}
