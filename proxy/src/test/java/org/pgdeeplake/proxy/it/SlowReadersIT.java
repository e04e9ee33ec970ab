package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
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

/**
 * Rule: clients that ask for much and do not read are slowed down, each the more the more there are
 * of them, and never fill the proxy's memory, not even when their server dies: others are served
 * meanwhile, and who reads on after all gets every byte.
 */
@Tag("long")
class SlowReadersIT {
  private static final int CLIENTS = 200;
  private static final int ROWS = 500;
  private static final int ROW_BYTES = 8000;
  private static final String MUCH = rows(ROWS);

  private static final int FAST_AT_FIRST = 60;
  private static final int MORE_ROWS = 750;

  /** Of those who are fast at first. Their kernels would drop segments if it shrank later. */
  private static final int FAST_BUFFER = 128 * 1024;

  private static final String AT_WORK =
      "select count(*) from pg_stat_activity where state = 'active'";

  /** So that their kernels hold little for them. */
  private static final int RECEIVE_BUFFER = 4096;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final List<RawClient> slow = new ArrayList<>();

  @Test
  void fillNoMemory(@TempDir Path directory) throws IOException {
    try (TestPostgres postgres = TestPostgres.started("max_connections = " + (CLIENTS + 20));
        ReservedPort port = new ReservedPort();
        ReservedPort admin = new ReservedPort()) {
      Path file = directory.resolve("proxy.conf");
      Files.writeString(file, config(port, admin, postgres));
      try (Command proxy = start(file)) {
        try {
          fillNoMemory(proxy, port, new AdminPort(admin.number()));
        } catch (IOException | ConditionTimeoutException e) {
          throw new AssertionError("the proxy's log: " + proxy.out(), e);
        }
      }
    } finally {
      slow.forEach(RawClient::close);
    }
  }

  /** Of each the dead server leaves as much as a kernel holds for who has read fast before. */
  @Test
  void fillNoMemoryWhenTheirServerDies(@TempDir Path directory) throws Exception {
    try (TestPostgres mortal = TestPostgres.started("max_connections = " + (FAST_AT_FIRST + 20));
        TestPostgres postgres = TestPostgres.started();
        ReservedPort port = new ReservedPort();
        ReservedPort admin = new ReservedPort()) {
      Path file = directory.resolve("proxy.conf");
      Files.writeString(file, config(port, admin, mortal));
      try (Command proxy = start(file)) {
        InetSocketAddress address = ProxyProcess.awaitListening(proxy, port);
        for (int i = 0; i < FAST_AT_FIRST; i++) {
          slow.add(fastAtFirst(address));
        }
        try (RawClient looking = RawClient.session(mortal.socketAddress())) {
          await("all is in the kernels")
              .atMost(LIMIT)
              .until(() -> looking.value(AT_WORK).equals("1"));
        }
        mortal.kill9();
        Files.writeString(file, config(port, admin, postgres));
        proxy.signal("HUP");
        anotherIsServed(address);
        for (RawClient client : slow) {
          assertThat(bytesOfRows(client)).isEqualTo((long) MORE_ROWS * ROW_BYTES);
          assertThat(client.readToEnd()).as("its server's last word").hasSizeLessThan(1024);
        }
        assertThat(proxy.out()).doesNotContain("OutOf", "ERROR", "internal error");
      }
    } finally {
      slow.forEach(RawClient::close);
    }
  }

  /** It has read something, has asked for more and takes no more of it than a little. */
  private static RawClient fastAtFirst(InetSocketAddress address) throws IOException {
    RawClient client = RawClient.open(address, FAST_BUFFER);
    client.send(RawClient.startup());
    client.readUntil('Z');
    client.send(RawClient.query(MUCH));
    assertThat(bytesOfRows(client)).isEqualTo((long) ROWS * ROW_BYTES);
    client.send(RawClient.query(rows(MORE_ROWS)));
    return client;
  }

  private static Command start(Path file) {
    return ProxyProcess.of(file).env("JAVA_TOOL_OPTIONS", "-XX:MaxDirectMemorySize=32m").start();
  }

  private void fillNoMemory(Command proxy, ReservedPort port, AdminPort figures)
      throws IOException {
    InetSocketAddress address = ProxyProcess.awaitListening(proxy, port);
    for (int i = 0; i < CLIENTS; i++) {
      slow.add(RawClient.open(address, RECEIVE_BUFFER));
      slow.getLast().send(RawClient.startup());
      slow.getLast().readUntil('Z');
    }
    for (RawClient client : slow) {
      client.send(RawClient.query(MUCH));
    }
    await()
        .atMost(LIMIT)
        .failFast("the process ended", () -> !proxy.running())
        .until(() -> shareOf(figures) < 128 * 1024);

    anotherIsServed(address);
    for (RawClient client : slow) {
      assertThat(bytesOfRows(client)).isEqualTo((long) ROWS * ROW_BYTES);
      client.close();
    }
    await().atMost(LIMIT).until(() -> shareOf(figures) > 256 * 1024);
    anotherIsServed(address);
    assertThat(proxy.running()).isTrue();
    assertThat(proxy.out()).doesNotContain("OutOf", "ERROR", "internal error");
  }

  private static void anotherIsServed(InetSocketAddress address) throws IOException {
    try (RawClient other = RawClient.session(address)) {
      assertThat(other.value("select 42")).isEqualTo("42");
      other.send(RawClient.query(MUCH));
      assertThat(bytesOfRows(other)).isEqualTo((long) ROWS * ROW_BYTES);
    }
  }

  /** Of the answer's values, up to its end. */
  private static long bytesOfRows(RawClient client) throws IOException {
    long bytes = 0;
    Message message = Objects.requireNonNull(client.read());
    while (message.type() != 'Z') {
      if (message.type() == 'D') {
        // A count of columns, and the length of the one.
        bytes += message.body().length - 6;
      }
      message = Objects.requireNonNull(client.read());
    }
    return bytes;
  }

  private static String rows(int count) {
    return "select repeat('x', %d) from generate_series(1, %d)".formatted(ROW_BYTES, count);
  }

  private static double shareOf(AdminPort figures) {
    return ScrapedText.parse(figures.get("/metrics")).number("pgproxy_buffer_share_bytes");
  }

  private static String config(ReservedPort port, ReservedPort admin, TestPostgres postgres) {
    return """
    proxy {
      admin.bind = "%s"
      frontends.pg_frontend { bind = "%s", default-backend = pg_backends }
      backends.pg_backends.servers = [ { name = s1, address = "%s" } ]
      shutdown.drain-timeout = 1s
    }
    """
        .formatted(admin.address(), port.address(), postgres.address());
  }
}
