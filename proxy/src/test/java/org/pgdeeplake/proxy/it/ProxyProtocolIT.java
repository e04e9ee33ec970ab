package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.ProxyHeaders;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: behind a load balancer that is trusted to say so, a session is its real client's, in the
// log and for every limit.
class ProxyProtocolIT extends ProxyProtocolStage {
  @TempDir private static Path directory;

  private void assertLoggedFrom(String client) {
    assertThat(log.await(1)).hasSize(1);
    assertThat(log.lines().getFirst()).startsWith(client + " [").contains(" -- ");
  }

  private static void assertServed(RawClient client) throws IOException {
    client.readUntil('Z');
    assertThat(client.value("select 42")).isEqualTo("42");
    client.send(RawClient.terminate());
    assertThat(client.read()).isNull();
  }

  static Stream<Arguments> headers() {
    byte[] tlvs = {4, 0, 3, 1, 2, 3, 0x20, 0, 8, 1, 0, 0, 0, 0, 0x21, 0, 0};
    return Stream.of(
        Arguments.of(ProxyHeaders.v1("PROXY TCP4 192.0.2.7 127.0.0.1 4711 5432"), "192.0.2.7:4711"),
        Arguments.of(
            ProxyHeaders.v1("PROXY TCP6 2001:db8::7 ::1 4711 5432"), "2001:db8:0:0:0:0:0:7:4711"),
        Arguments.of(ProxyHeaders.v1("PROXY UNKNOWN"), null),
        Arguments.of(ProxyHeaders.v1("PROXY UNKNOWN ffff::1 ffff::2 65535 65535"), null),
        Arguments.of(ProxyHeaders.v2("192.0.2.7", 4711), "192.0.2.7:4711"),
        Arguments.of(ProxyHeaders.v2("192.0.2.7", 4711, tlvs), "192.0.2.7:4711"),
        Arguments.of(ProxyHeaders.v2("2001:db8::7", 4711), "2001:db8:0:0:0:0:0:7:4711"),
        Arguments.of(ProxyHeaders.unspecified(), null),
        Arguments.of(ProxyHeaders.local(), null));
  }

  /**
   * @param client null: the socket's own address
   */
  @ParameterizedTest
  @MethodSource("headers")
  void theHeaderSaysWhoItIs(byte[] header, @Nullable String client) throws IOException {
    // A balancer's own connection does not wait for the first check.
    try (TestProxy proxy = proxy().awaitUp(1);
        RawClient connection = RawClient.open(proxy.address())) {
      connection.send(header, RawClient.startup());
      assertServed(connection);
      proxy.awaitNoSession();
      assertLoggedFrom(
          client == null ? "127.0.0.1:" + connection.transport().getLocalPort() : client);
    }
  }

  @ParameterizedTest
  @MethodSource("headers")
  void byteByByte(byte[] header, @Nullable String client) throws IOException {
    // A balancer's own connection does not wait for the first check.
    try (TestProxy proxy = proxy().awaitUp(1);
        RawClient connection = RawClient.open(proxy.address())) {
      for (byte one : header) {
        connection.send(new byte[] {one});
      }
      for (byte one : RawClient.startup()) {
        connection.send(new byte[] {one});
      }
      assertServed(connection);
      proxy.awaitNoSession();
      assertLoggedFrom(client == null ? "127.0.0.1" : client, true);
    }
  }

  private void assertLoggedFrom(String client, boolean beginning) {
    assertThat(log.await(1)).hasSize(1);
    assertThat(log.lines().getFirst().startsWith(client)).isEqualTo(beginning);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void thenTls(boolean direct) throws IOException {
    TestTls tls = TestTls.in(directory);
    try (TestProxy proxy =
            TestProxy.to(postgres).frontend(TRUSTED).frontend(tls.terminate()).start();
        RawClient plain = RawClient.open(proxy.address())) {
      plain.send(ProxyHeaders.v2("192.0.2.7", 4711));
      RawClient client = direct ? plain.tls(TestTls.socket(plain.transport())) : plain.startTls();
      client.send(RawClient.startup());
      assertServed(client);
      proxy.awaitNoSession();
      assertLoggedFrom("192.0.2.7:4711");
    }
  }

  @Test
  void inModeTcp() throws IOException {
    try (TestProxy proxy = proxy("mode = tcp");
        RawClient client = RawClient.open(proxy.address())) {
      client.send(ProxyHeaders.v2("192.0.2.7", 4711), RawClient.startup());
      assertServed(client);
    }
  }

  /** Who has not said yet whose it is takes no place. */
  @Test
  void limitsCountIt() throws IOException {
    try (TestProxy proxy = proxy("max-connections-per-client = 1");
        RawClient silent = RawClient.open(proxy.address());
        RawClient first = from(proxy, "192.0.2.1");
        RawClient other = from(proxy, "192.0.2.2")) {
      first.readUntil('Z');
      other.readUntil('Z');
      try (RawClient again = from(proxy, "192.0.2.1")) {
        assertThat(Objects.requireNonNull(again.read()).fields())
            .containsEntry('C', "57P03")
            .containsEntry('M', "too many connections from your address");
        assertThat(again.read()).isNull();
      }
      first.send(RawClient.terminate());
      assertThat(first.read()).isNull();
      await().until(() -> proxy.sessions() == 2);
      try (RawClient next = from(proxy, "192.0.2.1")) {
        next.readUntil('Z');
      }
      silent.send(ProxyHeaders.unspecified(), RawClient.startup());
      silent.readUntil('Z');
    }
  }

  private static RawClient from(TestProxy proxy, String address) throws IOException {
    RawClient client = RawClient.open(proxy.address());
    client.send(ProxyHeaders.v2(address, 4711), RawClient.startup());
    return client;
  }

  @Test
  void theQueuesLimitCountsIt() throws IOException {
    try (ReservedPort asleep = new ReservedPort();
        TestProxy proxy =
            TestProxy.to()
                .server(asleep.address())
                .frontend(TRUSTED)
                .backend("queue.limit-per-client = 1")
                .start();
        RawClient first = RawClient.open(proxy.address());
        RawClient other = RawClient.open(proxy.address());
        RawClient again = RawClient.open(proxy.address())) {
      first.send(ProxyHeaders.v2("192.0.2.1", 1), RawClient.startup());
      proxy.awaitQueued(1);
      other.send(ProxyHeaders.v2("192.0.2.2", 1), RawClient.startup());
      proxy.awaitQueued(2);
      again.send(ProxyHeaders.v2("192.0.2.1", 2), RawClient.startup());
      assertThat(Objects.requireNonNull(again.read()).fields())
          .containsEntry(
              'M', "too many connections from your address are waiting for the database");
    }
  }
}
