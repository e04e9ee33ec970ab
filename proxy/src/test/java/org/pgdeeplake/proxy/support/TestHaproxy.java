package org.pgdeeplake.proxy.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real HAProxy as the balancer before proxies. */
public final class TestHaproxy {
  private TestHaproxy() {}

  /**
   * Started, and perhaps not listening yet.
   *
   * @param directory for its configuration
   * @param lines of its section: {@code server}, {@code balance}
   */
  public static Command balancer(Path directory, ReservedPort port, String... lines)
      throws IOException {
    Path file = directory.resolve("haproxy.cfg");
    Files.writeString(
        file,
        """
        defaults
          mode tcp
          timeout connect 5s
          timeout client 60s
          timeout server 60s
        listen balancer
          bind %s
          %s
        """
            .formatted(port.address(), String.join("\n  ", lines)));
    return Command.of("haproxy", "-db", "-f", file.toString()).start();
  }
}
