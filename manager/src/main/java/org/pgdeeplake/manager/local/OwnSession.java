package org.pgdeeplake.manager.local;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Puts a child into a session of its own: Ctrl-C goes to the whole group of the terminal, and
 * children must be ended in order, each once, by the manager alone.
 */
public final class OwnSession {
  private OwnSession() {}

  /** What to put before the child's command; empty where there is no setsid. */
  public static List<String> prefix() {
    return onPath("setsid") ? List.of("setsid") : List.of();
  }

  static boolean onPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return Arrays.stream(path.split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
