package org.pgdeeplake.manager.quickstart;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.Instance;
import org.pgdeeplake.manager.deployment.WholeFile;
import org.pgdeeplake.manager.idle.IdleTime;

/**
 * What the quickstart tells the proxy.
 *
 * @param port for clients
 * @param idleAfter a session idle for so long no longer counts as demand
 */
public record ProxyConfig(int port, int adminPort, List<Instance> instances, IdleTime idleAfter) {

  public static Path file(Path data) {
    return data.resolve("proxy.conf");
  }

  /** Replaces the file in the data directory; returns its path. */
  public Path write(Path data) throws DeploymentFailed {
    Path file = file(data);
    WholeFile.replace(file, hocon());
    return file;
  }

  String hocon() {
    String servers =
        instances.stream()
            .map(instance ->
                "        { name = %s, address = \"127.0.0.1:%d\" }\n"
                    .formatted(instance.name(), instance.port()))
            .collect(Collectors.joining());
    return """
    # Written by bin/quickstart at every start; changes are lost.
    proxy {
      frontends { pg_frontend { bind = "127.0.0.1:%d", default-backend = pg_backends, tls.mode = off } }
      backends { pg_backends {
        servers = [
    %s    ]
      } }
      demand { idle-after = %s }
      admin { bind = "127.0.0.1:%d" }
      shutdown { drain-timeout = 1s }
    }
    """
        .formatted(port, servers.indent(-2), idleAfter, adminPort);
  }
}
