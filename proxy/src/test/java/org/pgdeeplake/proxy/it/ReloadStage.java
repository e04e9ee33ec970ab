package org.pgdeeplake.proxy.it;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;

/** A configuration file that changes under a proxy. */
abstract class ReloadStage {
  static final Duration LIMIT = Duration.ofSeconds(10);
  static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir Path directory;

  Path file() {
    return directory.resolve("proxy.conf");
  }
}
