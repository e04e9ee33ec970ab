package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a server behind a real HAProxy with accept-proxy learns who the client is, over TLS too,
// and takes health checks for the proxy's own.
@NeedsProgram("haproxy")
class SendProxyProtocolIT {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres postgres;

  private final ReservedPort port = new ReservedPort();

  @SuppressWarnings("NullAway.Init") // set before each test
  private Command haproxy;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.create().tls().start();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  @BeforeEach
  void startHaproxy(@TempDir Path directory) throws IOException {
    Path config = directory.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        global
          log stdout format raw local0
        defaults
          mode tcp
          timeout connect 5s
          timeout client 60s
          timeout server 60s
        listen postgres
          bind 127.0.0.1:%d accept-proxy
          log global
          log-format "from %%ci:%%cp to %%fi:%%fp"
          server s %s
        """
            .formatted(port.number(), postgres.address()));
    haproxy = Command.of("haproxy", "-db", "-f", config.toString()).start();
  }

  @AfterEach
  void stopHaproxy() {
    haproxy.close();
    port.close();
  }

  /** What HAProxy has logged of the connections that have ended, one line each. */
  private List<String> log() {
    haproxy.signal("TERM");
    return new ArrayList<>(haproxy.await().out().lines().toList());
  }

  private TestProxy proxy(String... backend) {
    return TestProxy.to()
        .server(port.address(), "send-proxy-protocol = true")
        .backend(backend)
        .start()
        .awaitUp(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "require"})
  void sessionsAndCancelRequestsAreTheClients(String mode) throws IOException {
    List<String> expected = new ArrayList<>();
    try (TestProxy proxy = proxy("tls.mode = " + mode)) {
      try (RawClient client = RawClient.open(proxy.address());
          RawClient canceller = RawClient.open(proxy.address())) {
        for (RawClient each : List.of(client, canceller)) {
          expected.add("from 127.0.0.1:" + each.localPort() + " to 127.0.0.1:" + proxy.port());
        }
        client.send(RawClient.startup());
        byte[] key = client.readUntil('K').getLast().body();
        client.readUntil('Z');
        client.send(RawClient.query("select pg_sleep(30)"));
        // No server keeps a cancel request for a query that is still on its way.
        await().until(postgres::sleeps);
        canceller.send(RawClient.cancelRequest(key));
        assertThat(canceller.read()).isNull();
        client.send(RawClient.terminate());
        assertThat(client.readUntil('E').getLast().fields()).containsEntry('C', "57014");
        client.readToEnd();
      }
      proxy.awaitNoSession();
    }
    assertThat(log()).containsAll(expected);
  }

  /** What a client encrypts itself has a header before it all the same. */
  @Test
  void theClientsOwnTls() throws Exception {
    String expected;
    try (TestProxy proxy = proxy()) {
      try (RawClient client = RawClient.open(proxy.address())) {
        expected = "from 127.0.0.1:" + client.localPort() + " to 127.0.0.1:" + proxy.port();
        client.send(RawClient.sslRequest());
        assertThat(client.readByte()).isEqualTo('S');
      }
      proxy.awaitNoSession();
    }
    assertThat(log()).contains(expected);
  }

  /** Who stands between two proxies is not what the second one tells. */
  @ParameterizedTest
  @ValueSource(strings = {"off", "require"})
  void twoProxiesInARow(String mode) throws IOException {
    String expected;
    try (TestProxy second =
            TestProxy.to()
                .server(port.address(), "send-proxy-protocol = true")
                .frontend("accept-proxy-protocol = [\"127.0.0.0/8\"]")
                .backend("tls.mode = " + mode)
                .start();
        TestProxy first =
            TestProxy.to()
                .server("127.0.0.1:" + second.port(), "send-proxy-protocol = true")
                .start()
                .awaitUp(1)) {
      try (RawClient client = RawClient.session(first.address())) {
        expected = "from 127.0.0.1:" + client.localPort() + " to 127.0.0.1:" + first.port();
        assertThat(client.value("select 42")).isEqualTo("42");
        client.send(RawClient.terminate());
        client.readToEnd();
      }
      first.awaitNoSession();
      second.awaitNoSession();
    }
    assertThat(log()).contains(expected);
  }

  @Test
  void withoutAHeaderHaproxyTakesNobody() {
    try (TestProxy proxy = TestProxy.to().server(port.address()).start()) {
      await().until(() -> !proxy.backend().servers().getFirst().lastCheck().info().isEmpty());
      assertThat(proxy.backend().activeServers()).isZero();
    }
  }
}
