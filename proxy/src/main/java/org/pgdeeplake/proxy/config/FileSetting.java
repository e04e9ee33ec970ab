package org.pgdeeplake.proxy.config;

import java.nio.file.Path;

/**
 * A file that the configuration names.
 *
 * @param path a relative one was resolved against the configuration's directory
 * @param where the file, line and key that name it, for messages
 */
public record FileSetting(Path path, String where) {
  FileSetting anywhere() {
    return new FileSetting(path, "");
  }
}
