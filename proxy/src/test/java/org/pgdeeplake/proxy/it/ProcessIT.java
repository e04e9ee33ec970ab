package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;

// Rule: the process ends on SIGTERM as the drain says, with exit code 0.
class ProcessIT {
  @Test
  void sigterm(@TempDir Path directory) throws IOException {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort port = new ReservedPort()) {
      Path file = Files.writeString(directory.resolve("proxy.conf"), config(port, postgres));
      try (Command proxy = ProxyProcess.start(file);
          RawClient client = session(proxy, port)) {
        assertThat(client.value("select 42")).isEqualTo("42");
        proxy.signal("TERM");
        assertThat(Objects.requireNonNull(client.read()).fields()).containsEntry('C', "57P01");
        assertThat(client.read()).isNull();
        Command.Result result = proxy.await(Duration.ofSeconds(20));
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        assertThat(result.out()).contains("listens on", "stopping: 1 live sessions", "stopped");
      }
    }
  }

  private static String config(ReservedPort port, TestPostgres postgres) {
    return """
    proxy {
      admin.bind = "127.0.0.1:0"
      frontends.pg_frontend { bind = "%s", default-backend = pg_backends }
      backends.pg_backends.servers = [ { name = s1, address = "%s" } ]
      shutdown.drain-timeout = 1s
    }
    """
        .formatted(port.address(), postgres.address());
  }

  private static RawClient session(Command proxy, ReservedPort port) throws IOException {
    return RawClient.session(ProxyProcess.awaitListening(proxy, port));
  }
}
