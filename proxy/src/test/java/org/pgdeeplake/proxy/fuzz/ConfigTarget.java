package org.pgdeeplake.proxy.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;

/** The configuration file. */
final class ConfigTarget implements FuzzTarget {
  private final Path file;

  ConfigTarget() {
    try {
      file = Files.createTempFile("fuzz", ".conf");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.toFile().deleteOnExit();
  }

  @Override
  public void check(byte[] input) throws IOException {
    Files.write(file, input);
    try {
      assertThat(ConfigReader.read(file).frontends()).isNotEmpty();
    } catch (ConfigException e) {
      assertThat(e.getMessage().lines()).hasSize(e.problems());
      assertThat(e.getMessage()).contains(file.toString());
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
