package org.pgdeeplake.manager.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/**
 * Versions that the build wrote into {@code build.properties}.
 *
 * @param manager of this program
 * @param postgresql of the PostgreSQL that the local deployment runs
 */
public record BuildInfo(String manager, String postgresql) {

  public static BuildInfo read() {
    Properties properties = new Properties();
    try (InputStream in = BuildInfo.class.getResourceAsStream("/build.properties")) {
      properties.load(Objects.requireNonNull(in, "build.properties is not on the class path"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new BuildInfo(properties.getProperty("manager"), properties.getProperty("postgresql"));
  }
}
