package org.pgdeeplake.manager;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A manager in a process of its own, from the classes under test. */
public final class ManagerProcess {
  private ManagerProcess() {}

  /**
   * To be started; what it says is one stream.
   *
   * @param home of its project
   */
  public static ProcessBuilder of(Path home, String... args) {
    List<String> command =
        new ArrayList<>(
            List.of(
                // Whoever runs the tests in the background may have them ignored.
                "env",
                "--default-signal=INT,HUP,TERM",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx1g",
                "-Dpgdeeplake.home=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command).redirectErrorStream(true);
  }
}
