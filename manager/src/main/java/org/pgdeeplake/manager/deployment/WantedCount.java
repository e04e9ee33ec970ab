package org.pgdeeplake.manager.deployment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/** How many instances should run, kept in {@code .instance_count}. */
public final class WantedCount {
  private static final String FILE = ".instance_count";

  private final Path file;

  public WantedCount(Path directory) {
    this.file = directory.resolve(FILE);
  }

  /** Empty if nobody has said so yet. */
  public OptionalInt read() throws DeploymentFailed {
    if (!Files.exists(file)) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(Integer.parseUnsignedInt(Files.readString(file).strip()));
    } catch (IOException e) {
      throw new DeploymentFailed("cannot read " + file + ": " + FileErrors.reason(e), e);
    } catch (NumberFormatException e) {
      throw new DeploymentFailed(file + ": must be a number of instances, such as 2", e);
    }
  }

  public void write(int count) throws DeploymentFailed {
    WholeFile.replace(file, count + "\n");
  }
}
