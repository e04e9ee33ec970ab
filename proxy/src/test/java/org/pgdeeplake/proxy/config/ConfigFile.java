package org.pgdeeplake.proxy.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A file with the given text, and what becomes of it. */
final class ConfigFile {
  private final Path path;

  ConfigFile(Path directory, String text) {
    path = directory.resolve("proxy.conf");
    try {
      Files.writeString(path, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ProxyConfig read() throws ConfigException {
    return ConfigReader.read(path);
  }

  ProxyConfig read(Map<String, String> environment) throws ConfigException {
    return ConfigReader.load(path, environment).config();
  }

  /** The lines of the refusal, without the directory; empty if the file is accepted. */
  List<String> problems() {
    return problems(System.getenv());
  }

  /**
   * @param environment in place of that of the tests
   */
  List<String> problems(Map<String, String> environment) {
    try {
      ConfigReader.load(path, environment);
      return List.of();
    } catch (ConfigException e) {
      return e.getMessage().replace(path.getParent() + "/", "").lines().toList();
    }
  }
}
