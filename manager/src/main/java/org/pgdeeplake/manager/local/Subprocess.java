package org.pgdeeplake.manager.local;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.pgdeeplake.manager.deployment.DeploymentFailed;

/**
 * Processes: a short command that has ended, and whether a longer one has.
 *
 * @param output stdout and stderr as they came, stripped
 */
public record Subprocess(int exitCode, String output) {

  /** Reads nothing from the terminal, which belongs to the manager. */
  static ProcessBuilder builder(List<String> command, Path directory) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(directory.toFile());
    builder.redirectErrorStream(true);
    builder.redirectInput(new File("/dev/null"));
    // PGDATA, PGPORT and the like would override what the deployment decides.
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    return builder;
  }

  static Subprocess run(List<String> command, Path directory) throws DeploymentFailed {
    try {
      Process process = builder(command, directory).start();
      try {
        byte[] output = process.getInputStream().readAllBytes();
        return new Subprocess(
            process.waitFor(), new String(output, StandardCharsets.UTF_8).strip());
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
        throw new DeploymentFailed("interrupted: " + command.getFirst(), e);
      }
    } catch (IOException e) {
      throw new DeploymentFailed("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Unlike {@code isAlive}, no for a process that has ended and that its parent has not collected
   * yet. Processes of a killed manager belong to pid 1, which in a container may never do so.
   */
  public static boolean runs(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      // The name in parentheses may contain anything; the state follows the last one.
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException _) {
      return false;
    }
  }
}
