package org.pgdeeplake.proxy.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The proxy's configuration file, and what faults change of it. Not thread-safe. */
final class StageConfig {
  /** The timeouts.connect it begins with; RELOAD makes it longer. */
  static final Duration SHORTEST_CONNECT = Duration.ofSeconds(2);

  private static final String QUIET = "sessions = false, level = warn";
  private static final String CHATTY = "sessions = true, level = info";

  private final Path file;
  private final String fixed;
  private int connectSeconds = (int) SHORTEST_CONNECT.toSeconds();
  private String servers = "";
  private String log = QUIET;

  /**
   * @param fixed lines of the proxy that never change
   */
  StageConfig(Path file, List<String> fixed) {
    this.file = file;
    this.fixed = String.join("\n", fixed);
  }

  Path file() {
    return file;
  }

  /**
   * @param seconds one of several values that are as good as each other
   */
  StageConfig connectSeconds(int seconds) {
    connectSeconds = seconds;
    return this;
  }

  /**
   * @param listed as {@code name = s1, address = "127.0.0.2:5432"}
   */
  StageConfig servers(List<String> listed) {
    servers = "servers = [ { " + String.join(" }, { ", listed) + " } ]";
    return this;
  }

  /** Each address of a name is a server. */
  StageConfig found(String name, String nameserver) {
    servers =
        "discovery { dns = \"%s\", interval = 500ms, nameserver = \"%s\" }"
            .formatted(name, nameserver);
    return this;
  }

  /**
   * @param chatty whether each session is logged
   */
  StageConfig log(boolean chatty) {
    log = chatty ? CHATTY : QUIET;
    return this;
  }

  void write() {
    String text =
        """
        proxy {
          threads = 2
          warm-up = 0s
          log { %s }
          shutdown { drain-timeout = 1s }
          %s
          backends.pg_backends {
            %s
            check { inter = 500ms, timeout = 1s }
            timeouts { connect = %ds }
          }
        }
        """
            .formatted(log, fixed, servers, connectSeconds);
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
