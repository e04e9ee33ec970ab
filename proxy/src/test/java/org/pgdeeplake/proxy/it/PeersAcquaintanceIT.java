package org.pgdeeplake.proxy.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.Replicas;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: peers are those behind the name that prove the secret, each once; without a name there are
// none.
class PeersAcquaintanceIT extends PeersStage {
  /** A name may have two addresses of one replica, as of both families. */
  @Test
  void aReplicaWithTwoAddressesIsOnePeerAndStaysUp() {
    try (LoggedLines log = new LoggedLines("org.pgdeeplake.proxy.peers");
        Replicas replicas = new Replicas(2, first, second)) {
      int port = replicas.adminPort(1).number();
      replicas.launch(1, "admin.bind = \"0.0.0.0:" + port + "\"");
      replicas.launch(2, "peers.dns = \"127.0.0.1:%d, 127.0.0.2:%d\"".formatted(port, port));
      replicas.awaitPeers(2, 1);
      await("for several beats")
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(10))
          .until(() -> replicas.metric(2, "pgproxy_peers{state=\"up\"}") == 1);
      assertThat(log.lines()).noneMatch(line -> line.contains("silent"));
    }
  }

  @Test
  void whoHasAnotherSecretIsRefusedAndLoggedOnce() {
    try (LoggedLines log = new LoggedLines("org.pgdeeplake.proxy.peers.PeerDoor");
        Replicas replicas = new Replicas(2, first, second)) {
      TestProxy _ = replicas.start(1);
      try (TestProxy wrong = replicas.configuration(2, "another secret of somebody").start()) {
        await("it tries again and again")
            .until(() -> replicas.metric(1, "pgproxy_peers_refused_total") >= 5);
        assertThat(replicas.metric(1, "pgproxy_peers{state=\"up\"}")).isZero();
        assertThat(replicas.metric(2, "pgproxy_peers{state=\"up\"}")).isZero();
        assertThat(log.lines())
            .as("each of the two says it once; they share this process")
            .hasSizeBetween(1, 2)
            .allSatisfy(line -> assertThat(line).contains("its secret is another one"));
        assertThat(wrong.proxy().ready()).as("it works without").isTrue();
      }
    }
  }

  @Test
  void thereAreNoPeersWithoutAName() {
    try (TestProxy proxy = TestProxy.to(first).start()) {
      assertThat(proxy.get("/metrics")).contains("pgproxy_peers{state=\"up\"} 0.0");
      assertThat(proxy.get("/api/v1/peers")).contains("\"peers\":[]");
      assertThat(status(proxy, "/api/v1/peers/stream?from=00")).isEqualTo(404);
    }
    try (Replicas replicas = new Replicas(1, first)) {
      var _ = replicas.start(1);
      assertThat(replicas.ask(1, "GET", "/api/v1/peers").statusCode()).isEqualTo(200);
      assertThat(replicas.ask(1, "GET", "/api/v1/peers/stream?from=00").statusCode())
          .isEqualTo(401);
      assertThat(replicas.ask(1, "POST", "/api/v1/peers/cancel").statusCode()).isEqualTo(401);
    }
  }

  private static int status(TestProxy proxy, String path) {
    int port = proxy.proxy().adminAddress().getPort();
    try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(US_ASCII));
      byte[] head = socket.getInputStream().readNBytes(12);
      return Integer.parseInt(new String(head, US_ASCII).substring(9));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
