// The start warns where the heap has no room for max-connections, and says what would be enough.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.config.ConfigException;
import org.pgdeeplake.proxy.config.ConfigReader;

class HeapNeedTest {
  private static final long MIB = 1 << 20;

  @TempDir private Path directory;

  private Optional<String> warning(int maxConnections, long heapMib)
      throws IOException, ConfigException {
    Path file =
        Files.writeString(
            directory.resolve("proxy.conf"),
            """
            proxy {
              frontends.f { bind = "127.0.0.1:0", default-backend = b, max-connections = %d }
              backends.b.servers = []
            }
            """
                .formatted(maxConnections));
    return HeapNeed.warning(ConfigReader.load(file).config(), heapMib * MIB);
  }

  /** Serial keeps one survivor space back: -Xmx128m is 124 MiB to whoever asks. */
  @Test
  void theDefaultsFit() throws IOException, ConfigException {
    assertThat(warning(10_000, 124)).isEmpty();
  }

  @Test
  void moreNeedMore() throws IOException, ConfigException {
    assertThat(warning(50_000, 124))
        .contains(
            "a heap of 124 MB is small for max-connections of 50000 in all: set PG_PROXY_HEAP=423m");
    assertThat(warning(50_000, 423)).isEmpty();
  }
}
