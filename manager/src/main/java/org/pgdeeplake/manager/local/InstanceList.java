package org.pgdeeplake.manager.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.FileErrors;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.WholeFile;

/** Which instances a directory has and on which ports: a line {@code ordinal port} for each. */
final class InstanceList {
  private static final String FILE = "instances";

  private InstanceList() {}

  /** None where nothing was ever made. */
  static List<Instance> read(Path root) throws DeploymentFailed {
    Path file = root.resolve(FILE);
    if (!Files.exists(file)) {
      return List.of();
    }
    List<Instance> instances = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.split(" ", -1);
        instances.add(Instance.local(Integer.parseInt(words[0]), Integer.parseInt(words[1])));
      }
      return instances;
    } catch (IOException e) {
      throw new DeploymentFailed("cannot read " + file + ": " + FileErrors.reason(e), e);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new DeploymentFailed(file + ": each line must be 'ordinal port', as in '1 5433'", e);
    }
  }

  static void write(Path root, List<Instance> instances) throws DeploymentFailed {
    String text =
        instances.stream()
            .map(instance -> instance.ordinal() + " " + instance.port() + "\n")
            .collect(Collectors.joining());
    WholeFile.replace(root.resolve(FILE), text);
  }
}
