package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.ProxyHeaders;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: the checks of a load balancer see what is, and are neither demand nor errors.
class ProxyProtocolProbesIT extends ProxyProtocolStage {
  @Test
  void tcpProbesAreNoErrors() {
    try (TestProxy proxy = proxy()) {
      RawClient.open(proxy.address()).close();
      await()
          .untilAsserted(
              () -> assertThat(proxy.demand().noWake()).containsEntry(NoWake.OPEN_AND_CLOSE, 1L));
      assertThat(log.lines()).isEmpty();
    }
  }

  /** A balancer's own connections are its health checks: they see what is, and change nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"nothing", "startup", "SSLRequest", "mode tcp"})
  void localWakesNothing(String then) throws IOException {
    boolean tcp = then.equals("mode tcp");
    try (TestPostgres asleep = TestPostgres.create();
        TestProxy proxy =
            TestProxy.to(asleep)
                .frontend(TRUSTED, tcp ? "mode = tcp" : "mode = postgres")
                .start()) {
      try (RawClient balancer = RawClient.open(proxy.address())) {
        balancer.send(ProxyHeaders.local());
        switch (then) {
          case "startup", "mode tcp" -> balancer.send(RawClient.startup());
          case "SSLRequest" -> {
            balancer.send(RawClient.sslRequest());
            assertThat(balancer.readByte()).isEqualTo('N');
            balancer.send(RawClient.startup());
          }
          default -> balancer.shutdownOutput();
        }
        if (then.equals("startup") || then.equals("SSLRequest")) {
          assertThat(Objects.requireNonNull(balancer.read()).fields())
              .containsEntry('C', "57P03")
              .containsEntry('M', "no database server is running")
              .containsEntry(
                  'D',
                  "A load balancer's own connection (PROXY protocol LOCAL) does not start one.");
        }
        assertThat(balancer.readByte()).isEqualTo(-1);
      }
      proxy.awaitNoSession();
      assertThat(proxy.demand().noWake()).containsEntry(NoWake.PROXY_LOCAL, 1L);
      assertThat(proxy.demand().demand()).isZero();
      assertThat(proxy.demand().lingering()).isZero();
      asleep.start();
      proxy.awaitUp(1);
      try (RawClient balancer = RawClient.open(proxy.address())) {
        balancer.send(ProxyHeaders.local(), RawClient.startup());
        balancer.readUntil('Z');
        assertThat(proxy.demand().demand()).isZero();
        assertThat(balancer.value("select 42")).isEqualTo("42");
        assertThat(proxy.demand().demand()).isZero();
      }
      proxy.awaitNoSession();
      assertThat(proxy.demand().noWake()).containsEntry(NoWake.PROXY_LOCAL, 2L);
    }
  }
}
