package org.pgdeeplake.benchmarks.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pgdeeplake.benchmarks.BenchFailed;

/** New directories in that of a run, for whoever is started in it. One thread. */
public final class Directories {
  private final Path parent;
  private int count;

  public Directories(Path parent) {
    this.parent = parent;
  }

  /**
   * @param name need not be unique
   */
  public Path create(String name) throws BenchFailed {
    try {
      return Files.createDirectory(parent.resolve(++count + "-" + name));
    } catch (IOException e) {
      throw new BenchFailed("cannot create a directory in " + parent + ": " + e.getMessage(), e);
    }
  }
}
