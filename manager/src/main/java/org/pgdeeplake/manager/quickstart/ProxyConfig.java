package org.pgdeeplake.manager.quickstart;

import java.nio.file.Path;
import org.pgdeeplake.manager.deployment.DeploymentFailed;
import org.pgdeeplake.manager.deployment.WholeFile;
import org.pgdeeplake.manager.idle.IdleTime;

/**
 * What the quickstart tells the proxy.
 *
 * @param port for clients
 * @param idleAfter a session idle for so long no longer counts as demand
 */
public record ProxyConfig(int port, int adminPort, IdleTime idleAfter) {

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
    return """
    # Written by bin/quickstart at every start; changes are lost.
    include required("servers.conf")
    proxy {
      frontends { pg_frontend { bind = "127.0.0.1:%d", default-backend = pg_backends, tls.mode = off } }
      backends { pg_backends { } }
      demand { idle-after = %s }
      admin { bind = "127.0.0.1:%d" }
      # Nobody looks whether it is ready but who waits for it.
      warm-up = 0s
      shutdown { drain-timeout = 1s }
    }
    """
        .formatted(port, idleAfter, adminPort);
  }
}
