package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.AdminPort;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.RawClient.Message;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.TestPostgres;

// Rule: with all the files taken that sessions may have, who comes is told so, /metrics answers,
// queries are cancelled and servers are checked, however many say nothing; and it recovers by
// itself.
class OpenFilesIT {
  private static final int FILES = 600;

  /** Two files each; the half is kept back. */
  private static final int PLACES = 150;

  private static final int GUESTS = 75;

  @TempDir private Path directory;
  private final TestPostgres postgres = TestPostgres.started("max_connections = 250");
  private final ReservedPort port = new ReservedPort();
  private final ReservedPort admin = new ReservedPort();
  private final List<RawClient> opened = new ArrayList<>();
  private Command proxy;
  private InetSocketAddress address;

  @BeforeEach
  void start() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("proxy.conf"),
            """
            proxy {
              threads = 2
              warm-up = 0s
              admin.bind = "%s"
              frontends.pg_frontend { bind = "%s", default-backend = pg_backends, timeouts.startup = 60s }
              backends.pg_backends {
                servers = [ { name = s1, address = "%s" } ]
                check { inter = 200ms, timeout = 2s, fall = 1 }
              }
            }
            """
                .formatted(admin.address(), port.address(), postgres.address()));
    proxy = ProxyProcess.of(ProxyProcess.jar(directory), file).openFiles(FILES).start();
    address = ProxyProcess.awaitListening(proxy, port);
  }

  @AfterEach
  void close() {
    opened.forEach(RawClient::close);
    proxy.close();
    postgres.close();
    port.close();
    admin.close();
  }

  private ScrapedText metrics() {
    return ScrapedText.parse(new AdminPort(admin.number()).get("/metrics"));
  }

  @Test
  void operatorsAndCancelRequestsAreServedWhenAllIsFull() throws IOException {
    try {
      fillAndLookOn();
    } catch (IOException | UncheckedIOException | ConditionTimeoutException e) {
      throw new AssertionError("the proxy's log: " + proxy.out(), e);
    }
  }

  private void fillAndLookOn() throws IOException {
    assertThat(metrics().number("haproxy_process_hard_max_connections")).isEqualTo(PLACES);
    RawClient first = open();
    first.send(RawClient.startup());
    byte[] key = keyIn(first.readUntil('Z'));
    for (int i = 1; i < PLACES; i++) {
      opened.add(RawClient.session(address));
    }
    refused();
    cancelled(first, key);
    // Those who are let in without a place, and say nothing.
    for (int i = 0; i < 2 * GUESTS; i++) {
      var _ = open();
    }
    assertThat(metrics().number("haproxy_frontend_denied_connections_total")).isPositive();
    assertThat(sessions()).as(proxy.out()).isLessThanOrEqualTo(PLACES + GUESTS);
    cancelled(first, key);
    await("they have had their time").until(() -> sessions() == PLACES);
    assertThat(first.value("select 42")).isEqualTo("42");
    assertThat(metrics().number("haproxy_server_check_failures_total", "server", "s1")).isZero();
    opened.forEach(RawClient::close);
    await().until(() -> sessions() == 0);
    RawClient.session(address).close();
    assertThat(proxy.out())
        .doesNotContain("Too many open files")
        .contains(
            "600 open files are enough for 150 sessions, fewer than max-connections of 10000");
  }

  private double sessions() {
    return metrics().number("haproxy_process_current_connections");
  }

  private RawClient open() {
    RawClient client = RawClient.open(address);
    opened.add(client);
    return client;
  }

  private static byte[] keyIn(List<Message> login) {
    return login.stream().filter(m -> m.type() == 'K').findFirst().orElseThrow().body();
  }

  private void refused() throws IOException {
    try (RawClient late = RawClient.open(address)) {
      late.send(RawClient.startup());
      assertThat(Objects.requireNonNull(late.read()).fields())
          .containsEntry('C', "57P03")
          .containsEntry('M', "too many connections")
          .containsEntry(
              'D', "The proxy has room for 150 sessions with the files that it may open.");
    }
  }

  /** Again where nobody could be let in. */
  private void cancelled(RawClient client, byte[] key) throws IOException {
    client.send(RawClient.query("select pg_sleep(60)"));
    await().until(postgres::sleeps);
    await()
        .ignoreException(SocketException.class)
        .until(() -> {
          cancel(key);
          return !postgres.sleeps();
        });
    assertThat(client.readUntil('Z')).anyMatch(m -> "57014".equals(m.fields().get('C')));
  }

  private void cancel(byte[] key) throws IOException {
    try (RawClient canceller = RawClient.open(address)) {
      canceller.send(RawClient.cancelRequest(key));
      assertThat(canceller.readToEnd()).isEmpty();
    }
  }
}
