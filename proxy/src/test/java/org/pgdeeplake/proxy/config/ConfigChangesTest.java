package org.pgdeeplake.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

// Rule: what has changed is told by the keys of the file, and no password is.
class ConfigChangesTest {
  private static final String BEFORE =
      """
      proxy {
        frontends.f { bind = "127.0.0.1:5432", default-backend = b }
        backends.b.servers = [ { name = s, address = "h:1" }, { name = t, address = "h:2" } ]
        admin.stats { user = ops, password = first }
      }
      """;

  @TempDir private Path directory;

  private List<String> changes(String before, String after) throws IOException, ConfigException {
    return ConfigChanges.between(read(before), read(after));
  }

  private ProxyConfig read(String text) throws IOException, ConfigException {
    return ConfigReader.read(Files.writeString(directory.resolve("proxy.conf"), text));
  }

  @Test
  void nothing() throws Exception {
    assertThat(changes(BEFORE, "\n# a line more moves all the others\n" + BEFORE)).isEmpty();
  }

  @Test
  void everyKind() throws Exception {
    String after =
        """
        proxy {
          frontends.f {
            bind = "127.0.0.1:5433", default-backend = c
            accept-proxy-protocol = [ "10.0.0.0/8" ]
            timeouts.client = 90s
          }
          backends.c { check.type = tcp }
          backends.b {
            servers = [ { name = s, address = "h:3", max-connections = 4 }, { name = u, address = "h:4" } ]
            queue.limit = 5
            check.type = tcp
          }
          admin.stats { user = ops, password = second }
          console { bind = "127.0.0.1:6432", password = third }
          demand.linger = 0s
        }
        """;
    assertThat(changes(BEFORE, after))
        .containsExactly(
            "frontend f: bind 127.0.0.1:5432 -> 127.0.0.1:5433",
            "frontend f: default-backend b -> c",
            "frontend f: accept-proxy-protocol [] -> [10.0.0.0/8]",
            "frontend f: timeouts.client 1h -> 90s",
            "backend b: check.type pgsql -> tcp",
            "backend b: queue.limit 10000 -> 5",
            "backend c added (0 servers)",
            "server b/s: address h:1 -> h:3",
            "server b/s: max-connections 0 -> 4",
            "server b/t removed (h:2)",
            "server b/u added (h:4)",
            "demand.linger 30s -> 0s",
            "admin.stats.password changed",
            "console.bind none -> 127.0.0.1:6432",
            "console.credentials.user none -> pgproxy",
            "console.credentials.password none -> ***");
  }

  @Test
  void certificatesAreToldByTheirFiles() throws Exception {
    String tls = "proxy.frontends.f.tls { mode = terminate, certificate = %s }\n";
    assertThat(changes(BEFORE + tls.formatted("a.pem"), "\n" + BEFORE + tls.formatted("b.pem")))
        .containsExactly(
            "frontend f: tls.certificates [%1$s/a.pem] -> [%1$s/b.pem]".formatted(directory));
  }
}
