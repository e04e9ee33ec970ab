// What the proxy itself lacks, such as a free file for the check, tells nothing of the server: what
// was found of it stands until a check can be made again.
package org.pgdeeplake.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.ChannelException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.OtherSockets;

class CheckWithoutFilesTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Transport transport = Transport.select(TransportChoice.AUTO);
  private final AtomicInteger refused = new AtomicInteger();
  private volatile boolean filesAreTaken;
  @TempDir private Path directory;

  private BackendConfig config(int port) throws Exception {
    return OneServer.config(directory, port, "inter = 20ms, fastinter = 20ms, fall = 1");
  }

  private SocketChannel open(InetAddress target) {
    if (filesAreTaken) {
      refused.incrementAndGet();
      throw new ChannelException(new IOException("Too many open files"));
    }
    return transport.open(target);
  }

  private static void fall(ServerSocket server) throws IOException {
    server.close();
  }

  @Test
  void aServerIsNotDownForThat() throws Exception {
    EventLoopGroup loops = transport.loops("no-files-test", 1);
    try (ServerSocket server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        Resolver resolver = new Resolver(transport);
        LoggedLines log = new LoggedLines(ServerCheck.class.getName())) {
      Backend backend = new Backend(config(server.getLocalPort()));
      ServerConnector connector =
          new ServerConnector(OtherSockets.of(transport, this::open), resolver);
      try (HealthChecker checker = new HealthChecker(backend, loops, connector)) {
        checker.start();
        await().atMost(LIMIT).until(() -> backend.activeServers() == 1);
        filesAreTaken = true;
        await().atMost(LIMIT).until(() -> refused.get() >= 5);
        assertThat(backend.servers().getFirst().lastCheck().status()).isEqualTo(Status.L4OK);
        assertThat(backend.activeServers()).isEqualTo(1);
        assertThat(log.lines())
            .containsExactly(
                "Server b/s cannot be checked (Too many open files): what was found of it stands");
        fall(server);
        filesAreTaken = false;
        await()
            .atMost(LIMIT)
            .until(() -> backend.servers().getFirst().lastCheck().status() == Status.L4CON);
        assertThat(backend.activeServers()).isZero();
      }
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
