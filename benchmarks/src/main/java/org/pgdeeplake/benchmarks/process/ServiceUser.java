package org.pgdeeplake.benchmarks.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pgdeeplake.benchmarks.BenchFailed;

/**
 * Who runs programs that refuse to run as root: PostgreSQL and PgBouncer.
 *
 * @param prefix of a command; empty where this process is not root's
 */
public record ServiceUser(String name, List<String> prefix) {
  public static ServiceUser choose() throws BenchFailed, InterruptedException {
    if (!System.getProperty("user.name").equals("root")) {
      return new ServiceUser(System.getProperty("user.name"), List.of());
    }
    for (String name : List.of("postgres", "nobody")) {
      if (Programs.run(List.of("id", "-u", name)).code() == 0) {
        String group = Programs.output(List.of("id", "-g", name)).strip();
        return new ServiceUser(
            name, List.of("setpriv", "--reuid", name, "--regid", group, "--clear-groups"));
      }
    }
    throw new BenchFailed("PostgreSQL does not run as root, and there is no user postgres");
  }

  public List<String> command(String... rest) {
    List<String> line = new ArrayList<>(prefix);
    line.addAll(List.of(rest));
    return line;
  }

  public void give(Path path) throws BenchFailed, InterruptedException {
    if (!prefix.isEmpty()) {
      Programs.output(List.of("chown", "-R", name, path.toString()));
    }
  }
}
