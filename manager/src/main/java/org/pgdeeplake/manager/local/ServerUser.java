package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.FileErrors;

/**
 * Who the servers run as. PostgreSQL refuses to run as root, so root hands over to {@code postgres}
 * or, where that user does not exist, to {@code nobody}; everybody else runs them himself.
 *
 * @param command put before a command to run it as this user, out of reach of the terminal's Ctrl-C
 */
record ServerUser(String name, int uid, int gid, boolean handedOver, List<String> command) {

  static ServerUser choose() throws DeploymentFailed {
    List<String> command = new ArrayList<>(OwnSession.prefix());
    int self = currentUid();
    if (self != 0) {
      return new ServerUser(System.getProperty("user.name"), self, -1, false, List.copyOf(command));
    }
    if (!OwnSession.onPath("setpriv")) {
      throw new DeploymentFailed(
          "PostgreSQL does not run as root, and setpriv, which hands over to another user, is not"
              + " installed: install util-linux or start as an ordinary user");
    }
    for (String name : List.of("postgres", "nobody")) {
      Subprocess uid = Subprocess.run(List.of("id", "-u", name), Path.of("/"));
      Subprocess gid = Subprocess.run(List.of("id", "-g", name), Path.of("/"));
      if (uid.exitCode() == 0 && gid.exitCode() == 0) {
        command.addAll(
            List.of("setpriv", "--reuid", uid.output(), "--regid", gid.output(), "--clear-groups"));
        return new ServerUser(
            name,
            Integer.parseInt(uid.output()),
            Integer.parseInt(gid.output()),
            true,
            List.copyOf(command));
      }
    }
    throw new DeploymentFailed(
        "PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody:"
            + " create one of them or start as an ordinary user");
  }

  static int currentUid() {
    try {
      return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (IOException | UnsupportedOperationException e) {
      throw new IllegalStateException("the local deployment needs Linux and /proc", e);
    }
  }

  List<String> command(List<String> rest) {
    return Stream.concat(command.stream(), rest.stream()).toList();
  }

  /** Makes the path this user's own. */
  void give(Path path) throws IOException {
    if (handedOver) {
      Files.setAttribute(path, "unix:uid", uid);
      Files.setAttribute(path, "unix:gid", gid);
    }
  }

  /** Names the first directory on the way that this user cannot pass, if there is one. */
  void requireWayTo(Path directory) throws DeploymentFailed {
    List<String> test =
        new ArrayList<>(
            List.of(
                "sh", "-c", "for d; do test -x \"$d\" || { echo \"$d\"; exit 1; }; done", "sh"));
    Path absolute = directory.toAbsolutePath();
    for (int count = 1; count <= absolute.getNameCount(); count++) {
      test.add("/" + absolute.subpath(0, count));
    }
    Subprocess way = Subprocess.run(command(test), Path.of("/"));
    if (way.exitCode() != 0) {
      throw new DeploymentFailed(
          "PostgreSQL runs as user %s, who cannot enter %s on the way to %s: choose a directory elsewhere with --data, or let others pass with chmod o+x %s"
              .formatted(name, way.output(), absolute, way.output()));
    }
  }

  /** An existing data directory must be this user's. */
  void requireOwns(Path directory) throws DeploymentFailed {
    try {
      int owner = (int) Files.getAttribute(directory, "unix:uid");
      if (owner != uid) {
        throw new DeploymentFailed(
            "%s belongs to user %s, but PostgreSQL would run as %s: start as before, or name another directory with --data"
                .formatted(directory, Files.getOwner(directory).getName(), name));
      }
    } catch (IOException e) {
      throw new DeploymentFailed("cannot read " + directory + ": " + FileErrors.reason(e), e);
    }
  }
}
