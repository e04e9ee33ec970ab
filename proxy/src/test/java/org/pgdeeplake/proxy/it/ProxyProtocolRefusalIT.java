package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.ProxyHeaders;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: only who is trusted is believed, and who is trusted has to say in time, and properly, whose
// the connection is.
class ProxyProtocolRefusalIT extends ProxyProtocolStage {
  /** What a stranger says is not looked at: it is no startup packet, and that is all. */
  @Test
  void nobodyElseIsBelieved() throws IOException {
    try (TestProxy proxy =
            TestProxy.to(postgres)
                .frontend("accept-proxy-protocol = [\"10.0.0.0/8\", \"fd00::/8\"]")
                .start();
        RawClient liar = RawClient.open(proxy.address());
        RawClient client = RawClient.session(proxy.address())) {
      liar.send(ProxyHeaders.v1("PROXY TCP4 192.0.2.7 127.0.0.1 4711 5432"), RawClient.startup());
      assertThat(Objects.requireNonNull(liar.read()).fields()).containsEntry('C', "08P01");
      assertThat(proxy.demand().noWake())
          .containsEntry(NoWake.GARBAGE, 1L)
          .containsEntry(NoWake.HTTP, 0L);
      assertThat(client.value("select 42")).isEqualTo("42");
    }
  }

  static Stream<byte[]> noHeaders() {
    return Stream.of(
        RawClient.startup(),
        RawClient.sslRequest(),
        new byte[] {0},
        ProxyHeaders.v1("PROXY TCP4 192.0.2.7"),
        ProxyHeaders.v1("PROXY TCP4 192.0.2.777 127.0.0.1 4711 5432"),
        ProxyHeaders.v1("PROXY TCP4 192.0.2.7 127.0.0.1 4711 65536"),
        ProxyHeaders.v1("PROXY TCP4 " + "1".repeat(120)),
        ProxyHeaders.v1("PROXY" + " ".repeat(200)),
        ProxyHeaders.v2(0x22, 0x11, new byte[12]),
        ProxyHeaders.v2(0x31, 0x11, new byte[12]),
        ProxyHeaders.v2(0x21, 0x11, new byte[11]));
  }

  @ParameterizedTest
  @MethodSource("noHeaders")
  void withoutAProperHeaderNobodyGetsIn(byte[] bytes) throws IOException {
    try (TestProxy proxy = proxy("timeouts.startup = 60s");
        RawClient client = RawClient.open(proxy.address())) {
      client.send(bytes);
      if (bytes[0] == 0) {
        assertThat(Objects.requireNonNull(client.read()).fields())
            .containsEntry('C', "08P01")
            .containsEntry('M', "no PROXY protocol header came")
            .hasEntrySatisfying('H', hint -> assertThat(hint).contains("accept-proxy-protocol"));
      }
      assertThat(ended(client)).isTrue();
      proxy.awaitNoSession();
      assertThat(log.lines()).hasSize(1);
      assertThat(proxy.demand().noWake()).containsEntry(NoWake.GARBAGE, 1L);
      assertThat(proxy.demand().demand()).isZero();
      assertThat(log.lines().getFirst())
          .startsWith("127.0.0.1:")
          .endsWith(
              " pg_frontend/1: Received something which does not look like a PROXY protocol"
                  + " header");
    }
  }

  private static boolean ended(RawClient client) {
    try {
      return client.readByte() == -1;
    } catch (IOException reset) {
      return true;
    }
  }

  @Test
  void whoSaysNothingIsClosed() throws IOException {
    try (TestProxy proxy = proxy("timeouts.startup = 300ms");
        RawClient client = RawClient.open(proxy.address())) {
      assertThat(client.readByte()).isEqualTo(-1);
      proxy.awaitNoSession();
      assertThat(proxy.demand().noWake()).containsEntry(NoWake.SILENCE, 1L);
      assertThat(log.lines().getFirst())
          .endsWith("Timeout while waiting for PROXY protocol header");
    }
  }

  /** One limit from accept on: the header does not start it again. */
  @Test
  void theStartupTimeoutGoesOn() throws IOException {
    try (TestProxy proxy = proxy("timeouts.startup = 5s");
        RawClient client = RawClient.open(proxy.address())) {
      long start = System.nanoTime();
      await().until(() -> System.nanoTime() - start > 4_000_000_000L);
      client.send(ProxyHeaders.v1("PROXY UNKNOWN"), new byte[] {0});
      assertThat(Objects.requireNonNull(client.read()).fields()).containsEntry('C', "08P01");
      assertThat(System.nanoTime() - start).isLessThan(8_500_000_000L);
    }
  }
}
