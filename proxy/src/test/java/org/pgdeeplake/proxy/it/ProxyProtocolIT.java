package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.ProxyHeaders;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: behind a load balancer that is trusted to say so, a session is its real client's; nobody
// else is believed.
class ProxyProtocolIT {
  private static final String TRUSTED = "accept-proxy-protocol = [\"127.0.0.0/8\"]";

  @TempDir private static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres postgres;

  @SuppressWarnings("NullAway.Init") // set before each test
  private LoggedLines log;

  @BeforeAll
  static void startPostgres() {
    postgres = TestPostgres.started();
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  @BeforeEach
  void listen() {
    log = new LoggedLines("session");
  }

  @AfterEach
  void close() {
    log.close();
  }

  private static TestProxy proxy(String... frontend) {
    return TestProxy.to(postgres).frontend(TRUSTED).frontend(frontend).start().awaitUp(1);
  }

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
