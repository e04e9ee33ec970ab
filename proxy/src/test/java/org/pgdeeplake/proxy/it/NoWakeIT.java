package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: only a real request is demand; whatever else connects is counted by reason and wakes
// nothing.
class NoWakeIT {
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestPostgres postgres;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestProxy proxy;

  @BeforeAll
  static void create() {
    postgres = TestPostgres.create();
  }

  @AfterAll
  static void delete() {
    postgres.close();
  }

  @BeforeEach
  void start() {
    proxy = TestProxy.to(postgres).frontend("timeouts.startup = 300ms").start();
  }

  @AfterEach
  void stop() {
    proxy.close();
    if (postgres.running()) {
      postgres.stop();
    }
  }

  private void assertNoDemandBut(NoWake reason) {
    await("counted as " + reason)
        .untilAsserted(() -> assertThat(noWake(proxy)).containsEntry(reason, 1L));
    assertThat(noWake(proxy).values().stream().mapToLong(n -> n).sum()).isEqualTo(1);
    assertThat(proxy.demand().demand()).isZero();
    assertThat(proxy.backend().traffic().sessionsTotal()).isZero();
  }

  private static Map<NoWake, Long> noWake(TestProxy proxy) {
    return proxy.demand().noWake();
  }

  @Test
  void openAndClose() {
    RawClient.open(proxy.address()).close();
    assertNoDemandBut(NoWake.OPEN_AND_CLOSE);
  }

  @Test
  void openAndReset() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.reset();
    }
    assertNoDemandBut(NoWake.OPEN_AND_CLOSE);
  }

  @Test
  void silence() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      assertThat(client.read()).as("closed without a word").isNull();
    }
    assertNoDemandBut(NoWake.SILENCE);
  }

  @Test
  void halfAPacketAndSilence() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(new byte[] {0, 0, 0, 40, 0, 3});
      assertThat(Objects.requireNonNull(client.read()).fields())
          .containsEntry('C', "08P01")
          .containsEntry('M', "no complete startup packet within 300 ms");
    }
    assertNoDemandBut(NoWake.SILENCE);
  }

  @Test
  void halfAPacketAndClose() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(new byte[] {0, 0, 0, 40, 0, 3});
      client.shutdownOutput();
      assertThat(client.read()).isNull();
    }
    assertNoDemandBut(NoWake.INCOMPLETE);
  }

  @Test
  void garbage() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send("\1\2\3\4nonsense".getBytes(StandardCharsets.UTF_8));
      assertThat(Objects.requireNonNull(client.read()).fields()).containsEntry('C', "08P01");
      assertThat(client.read()).isNull();
    }
    assertNoDemandBut(NoWake.GARBAGE);
  }

  @Test
  void http() throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send("GET / HTTP/1.1\r\nHost: db\r\n\r\n".getBytes(StandardCharsets.UTF_8));
      assertThat(Objects.requireNonNull(client.read()).fields()).containsEntry('C', "08P01");
      assertThat(client.read()).isNull();
    }
    assertNoDemandBut(NoWake.HTTP);
  }

  @ParameterizedTest(name = "key of {0} bytes")
  @CsvSource({"8", "36", "260"})
  void cancelRequestWithAnUnknownKey(int bytes) throws IOException {
    try (RawClient client = RawClient.open(proxy.address())) {
      client.send(RawClient.cancelRequest(new byte[bytes]));
      assertThat(client.read()).as("closed without a word").isNull();
    }
    assertNoDemandBut(NoWake.CANCEL_REQUEST);
  }

  /** In passthrough, libpq's SSLRequest is for a server to answer, and so demand. */
  @ParameterizedTest(name = "frontend tls {0}, sslmode={1}")
  @CsvSource({"off, prefer", "off, disable", "passthrough, disable"})
  @NeedsProgram("pg_isready")
  void pgIsReady(String frontendTls, String sslMode) {
    try (TestProxy other = TestProxy.to(postgres).frontend("tls.mode = " + frontendTls).start()) {
      Command.Builder ready =
          Command.of("pg_isready", "-h", "127.0.0.1", "-p", String.valueOf(other.port()))
              .env("PGSSLMODE", sslMode)
              .env("PGUSER", "postgres");
      Command.Result asleep = ready.run();
      assertThat(asleep.exitCode()).as(asleep.out()).isEqualTo(1);
      assertThat(asleep.out()).contains("rejecting connections");
      assertThat(noWake(other)).containsEntry(NoWake.PG_ISREADY, 1L);
      assertThat(other.demand().demand()).isZero();

      postgres.start();
      other.awaitUp(1);
      Command.Result awake = ready.run();
      assertThat(awake.exitCode()).as(awake.out()).isZero();
      assertThat(awake.out()).contains("accepting connections");
    }
  }

  @Test
  void ourOwnHealthChecks() {
    postgres.start();
    proxy.awaitUp(1);
    assertThat(proxy.demand().demand()).isZero();
    assertThat(noWake(proxy).values()).containsOnly(0L);
  }
}
