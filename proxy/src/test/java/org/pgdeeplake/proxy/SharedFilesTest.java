// That there are too few open files is said once, and again when it is another number.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.pgdeeplake.proxy.net.OpenFiles;
import org.pgdeeplake.proxy.session.Sessions;
import org.pgdeeplake.proxy.support.LoggedLines;

class SharedFilesTest {
  private static final int MANY = 900_000;

  @TempDir private Path directory;

  private ProxyConfig config(int connections) throws Exception {
    return ConfigReader.read(
        Files.writeString(
            directory.resolve("proxy.conf"),
            """
            proxy {
              frontends.f { bind = "127.0.0.1:0", default-backend = b, max-connections = %d }
              backends.b.servers = [ { name = s, address = "127.0.0.1:1" } ]
            }
            """
                .formatted(connections)));
  }

  @Test
  void once() throws Exception {
    assumeTrue(OpenFiles.ofProcess(0).sessions() < MANY, "the process may open too many files");
    SharedFiles files = new SharedFiles(new Sessions());
    try (LoggedLines log = new LoggedLines(SharedFiles.class.getName())) {
      files.among(config(MANY), List.of());
      files.among(config(MANY), List.of());
      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains("max-connections of 900000 in all: raise ulimit -n");
      files.among(config(MANY + 1), List.of());
      files.among(config(1), List.of());
      files.among(config(MANY), List.of());
      assertThat(log.lines()).hasSize(3);
    }
  }
}
