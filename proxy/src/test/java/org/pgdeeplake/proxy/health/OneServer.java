package org.pgdeeplake.proxy.health;

import java.nio.file.Files;
import java.nio.file.Path;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.ConfigReader;

/** A backend {@code b} of one server {@code s}, whose checks are connections. */
final class OneServer {
  private OneServer() {}

  /**
   * @param directory where its file is written
   * @param check how often, and what counts
   */
  static BackendConfig config(Path directory, int port, String check) throws Exception {
    return ConfigReader.read(
            Files.writeString(
                directory.resolve("proxy.conf"),
                """
                proxy {
                  frontends.f { bind = "127.0.0.1:0", default-backend = b }
                  backends.b {
                    servers = [ { name = s, address = "127.0.0.1:%d" } ]
                    check { type = tcp, timeout = 5s, %s }
                  }
                }
                """
                    .formatted(port, check)))
        .backends()
        .getFirst();
  }
}
