// What a check of the old address says, which began when the server had a new one, is worth
// nothing.
package org.pgdeeplake.proxy.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.ServerConnector;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.ProxyConfig.TransportChoice;
import org.pgdeeplake.proxy.discovery.Resolver;
import org.pgdeeplake.proxy.net.Transport;
import org.pgdeeplake.proxy.support.ReservedPort;

class MovedServerTest {
  @TempDir private Path directory;

  private BackendConfig config(int port) throws Exception {
    return OneServer.config(directory, port, "inter = 50ms, fastinter = 50ms");
  }

  @Test
  void between() throws Exception {
    Transport transport = Transport.select(TransportChoice.AUTO);
    EventLoopGroup loops = transport.loops("moved-test", 1);
    try (Resolver resolver = new Resolver(transport);
        ServerSocket old = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress());
        ReservedPort nobody = new ReservedPort()) {
      AtomicInteger checks = new AtomicInteger();
      Thread.ofVirtual()
          .start(() -> {
            try {
              while (true) {
                old.accept().close();
                checks.incrementAndGet();
              }
            } catch (IOException _) {
              // The end of the test.
            }
          });
      Backend backend = new Backend(config(old.getLocalPort()));
      ServerConnector connector = new ServerConnector(transport, resolver);
      try (HealthChecker checker = new HealthChecker(backend, loops, connector)) {
        checker.start();
        await().atMost(Duration.ofSeconds(10)).until(() -> backend.activeServers() == 1);
        backend
            .administration()
            .administer(backend.servers().getFirst(), AdministrativeState.MAINT);
        backend.reconfigure(config(nobody.number()), null);
        backend
            .administration()
            .administer(backend.servers().getFirst(), AdministrativeState.READY);
        int before = checks.get();
        await().atMost(Duration.ofSeconds(10)).until(() -> checks.get() >= before + 3);
        assertThat(backend.servers().getFirst().lastCheck().status())
            .isEqualTo(CheckResult.Status.INI);
        checker.start();
        await()
            .atMost(Duration.ofSeconds(10))
            .until(() ->
                backend.servers().getFirst().lastCheck().status() == CheckResult.Status.L4CON);
        assertThat(backend.activeServers()).isZero();
      }
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }
}
