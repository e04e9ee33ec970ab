package org.pgdeeplake.manager.local;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * A short command that has ended.
 *
 * @param output stdout and stderr as they came, stripped
 */
record Subprocess(int exitCode, String output) {

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
}
