package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * The proxy process that the quickstart runs beside the instances of a directory.
 *
 * @param root where it leaves its pid
 */
record QuickstartProxy(Path root) {
  private static final String PID = "proxy.pid";
  private static final String CONFIGURATION = "proxy.conf";

  /** Has it read its configuration again, by SIGHUP; false where none runs. */
  boolean reload() throws DeploymentFailed {
    Path file = root.resolve(PID);
    try {
      String pid = Files.exists(file) ? Files.readString(file).strip() : "";
      if (pid.isEmpty()
          || ProcessHandle.of(Long.parseLong(pid)).filter(Subprocess::runs).isEmpty()
          || !isProxy(pid)) {
        return false;
      }
      var _ = Subprocess.run(List.of("sh", "-c", "kill -HUP " + pid), Path.of("/"));
      return true;
    } catch (IOException | NumberFormatException e) {
      throw new DeploymentFailed("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** The pid may belong to another program by now, which a SIGHUP would end. */
  private static boolean isProxy(String pid) throws IOException {
    return Files.readString(Path.of("/proc", pid, "cmdline")).contains(CONFIGURATION + "\0");
  }
}
