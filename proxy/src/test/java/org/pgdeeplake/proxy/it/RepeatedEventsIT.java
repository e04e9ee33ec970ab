// What a client can make happen again and again does not fill the log: some lines, then their
// number.
package org.pgdeeplake.proxy.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestCertificate;

@Tag("long")
class RepeatedEventsIT {
  private static final int LIMIT = 50;
  private static final int TIMES = 80;

  /** A JVM opens a hundred before it begins. */
  private static final int OPEN_FILES = 256;

  @TempDir private Path directory;

  @Test
  void wrongProxyHeaders() throws IOException {
    assertLimited(
        "accept-proxy-protocol = [\"127.0.0.0/8\"]",
        "does not look like a PROXY protocol header",
        client -> client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII)));
  }

  @Test
  void failedHandshakes() throws IOException {
    TestCertificate certificate = TestCertificate.selfSigned();
    Path pem =
        Files.writeString(directory.resolve("server.pem"), certificate.chain() + certificate.key());
    assertLimited(
        "tls { mode = terminate, certificate = \"" + pem + "\" }",
        "SSL handshake failure",
        client -> {
          client.send(RawClient.sslRequest());
          assertThat(client.readByte()).isEqualTo('S');
          client.send("no ClientHello at all".getBytes(US_ASCII));
        });
  }

  /** One line a second at most: accepting pauses for so long. */
  @Test
  void tooManyOpenFiles() throws IOException {
    try (ReservedPort port = new ReservedPort();
        Command proxy = ProxyProcess.of(config(port, "")).openFiles(OPEN_FILES).start()) {
      InetSocketAddress address = ProxyProcess.awaitListening(proxy, port);
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < OPEN_FILES; i++) {
        clients.add(RawClient.open(address));
      }
      await()
          .until(
              () -> proxy.out().contains("ERROR frontend pg_frontend cannot accept connections: "));
      clients.forEach(RawClient::close);
      assertThat(proxy.out()).contains("Too many open files").doesNotContain("\tat ");
      proxy.signal("TERM");
      assertThat(proxy.await().exitCode()).isZero();
    }
  }

  private interface Offence {
    void commit(RawClient client) throws IOException;
  }

  private void assertLimited(String frontend, String line, Offence offence) throws IOException {
    try (ReservedPort port = new ReservedPort();
        Command proxy = ProxyProcess.start(config(port, frontend))) {
      InetSocketAddress address = ProxyProcess.awaitListening(proxy, port);
      for (int i = 0; i < TIMES; i++) {
        try (RawClient client = RawClient.open(address)) {
          offence.commit(client);
          awaitEnd(client);
        }
      }
      proxy.signal("TERM");
      Command.Result result = proxy.await();
      List<String> lines = result.out().lines().filter(text -> text.contains(line)).toList();
      assertThat(lines).hasSizeBetween(LIMIT, TIMES - 1);
      assertThat(lines.stream().filter(text -> text.contains(" ... repeated ")))
          .as(result.out())
          .isNotEmpty()
          .allMatch(text -> text.matches(".* \\.\\.\\. repeated \\d+ more times in \\d+ s"));
    }
  }

  /** Closed or reset: what it sent may still be unread. */
  private static void awaitEnd(RawClient client) throws IOException {
    try {
      var _ = client.readToEnd();
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  private Path config(ReservedPort port, String frontend) throws IOException {
    return Files.writeString(
        directory.resolve("proxy.conf"),
        """
        proxy {
          threads = 1
          admin.bind = "127.0.0.1:0"
          frontends.pg_frontend {
            bind = "%s", default-backend = pg_backends
            %s
          }
          backends.pg_backends {}
          shutdown.drain-timeout = 1s
        }
        """
            .formatted(port.address(), frontend));
  }
}
