package org.pgdeeplake.manager.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.idle.IdleTime;

/** The proxy is told exactly the ports that were free when it was asked. */
class QuickstartPartsTest {
  @TempDir private Path data;

  @Test
  void writesTheProxysConfiguration() throws Exception {
    ProxyConfig config = new ProxyConfig(5432, 8404, IdleTime.parse("90s"));

    Path file = config.write(data);

    assertThat(file).isEqualTo(data.resolve("proxy.conf"));
    assertThat(Files.readString(file))
        .isEqualTo(
            """
            # Written by bin/quickstart at every start; changes are lost.
            include required("servers.conf")
            proxy {
              frontends { pg_frontend { bind = "127.0.0.1:5432", default-backend = pg_backends, tls.mode = off } }
              backends { pg_backends { } }
              demand { idle-after = 90s }
              admin { bind = "127.0.0.1:8404" }
              # Nobody looks whether it is ready but who waits for it.
              warm-up = 0s
              shutdown { drain-timeout = 1s }
            }
            """);
  }

  @Test
  void instancesGetTheNextFreePorts() throws Exception {
    int first = Ports.chooseInstances(data, 1, Set.of()).getFirst().port();
    try (ServerSocket _ = new ServerSocket(first, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      List<Instance> instances = Ports.chooseInstances(data, 2, Set.of(first + 1));

      assertThat(instances)
          .extracting(Instance::name)
          .containsExactly("pg-deeplake-1", "pg-deeplake-2");
      assertThat(instances)
          .extracting(Instance::port)
          .doesNotHaveDuplicates()
          .allMatch(port -> port > first + 1);
    }
  }
}
