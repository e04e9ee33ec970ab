package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestHaproxy;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: behind a real HAProxy that sends headers, clients are themselves and its checks wake
// nothing.
@NeedsProgram("haproxy")
class BehindHaproxyIT {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"send-proxy", "send-proxy-v2", "send-proxy-v2-ssl-cn"})
  void sendsHeaders(String how) throws IOException {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy =
            TestProxy.to(postgres)
                .frontend("accept-proxy-protocol = [\"127.0.0.1/32\"]", "tls.mode = off")
                .start();
        ReservedPort port = new ReservedPort();
        Command haproxy = haproxy(port, proxy, how);
        LoggedLines log = new LoggedLines("session")) {
      NoWake check = how.equals("send-proxy") ? NoWake.OPEN_AND_CLOSE : NoWake.PROXY_LOCAL;
      await("some checks").until(() -> noWake(proxy).getOrDefault(check, 0L) >= 3);
      assertThat(noWake(proxy)).containsEntry(NoWake.GARBAGE, 0L);
      assertThat(proxy.demand().demand()).as("checks are none").isZero();

      try (RawClient client = RawClient.open(address(port))) {
        client.send(RawClient.startup());
        await("a client's connection is").until(() -> proxy.demand().demand() == 1);
        postgres.start();
        client.readUntil('Z');
        assertThat(client.value("select 42")).isEqualTo("42");
        client.send(RawClient.terminate());
        assertThat(client.read()).isNull();
        assertThat(log.await(1).getFirst())
            .startsWith("127.0.0.1:" + client.transport().getLocalPort() + " [");
      }
      assertThat(haproxy.running()).isTrue();
    }
  }

  private static InetSocketAddress address(ReservedPort port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number());
  }

  private static Map<NoWake, Long> noWake(TestProxy proxy) {
    return proxy.demand().noWake();
  }

  private Command haproxy(ReservedPort port, TestProxy proxy, String how) throws IOException {
    return TestHaproxy.balancer(
        directory,
        port,
        "server proxy 127.0.0.1:%d %s check check-send-proxy inter 100ms"
            .formatted(proxy.port(), how));
  }
}
