package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestProxy;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

// Rule: who is refused is told so once, in PostgreSQL's words: FATAL, 57P03, with detail and hint.
class RefusalIT {
  @SuppressWarnings("NullAway.Init") // set before each test
  private ReservedPort asleep;

  @BeforeEach
  void reserve() {
    asleep = new ReservedPort();
  }

  @AfterEach
  void free() {
    asleep.close();
  }

  private TestProxy proxy(String... backend) {
    return TestProxy.to().server(asleep.address()).backend(backend).start();
  }

  @ParameterizedTest(name = "sslmode={0}")
  @ValueSource(strings = {"prefer", "disable"})
  void queueTimeout(String sslMode) {
    try (TestProxy proxy = proxy("timeouts.queue = 1s")) {
      assertRefusal(
          proxy,
          sslMode,
          "the database did not become available within 1 s",
          "No server of backend \"pg_backends\" is up.",
          "Try again; if it lasts, look whether whatever starts instances is running.");
      assertThat(proxy.backend().traffic().sessionsTotal()).as("waits once").isEqualTo(1);
    }
  }

  @Test
  @NeedsProgram("psql")
  void queueTimeoutAsPsqlShowsIt() {
    try (TestProxy proxy = proxy("timeouts.queue = 1s")) {
      Command.Result result = proxy.psql("select 1").run();
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.out()).isEmpty();
      assertThat(result.err())
          .isEqualTo(
              "psql: error: connection to server at \"127.0.0.1\", port %d failed: "
                      .formatted(proxy.port())
                  + """
                  FATAL:  the database did not become available within 1 s
                  DETAIL:  No server of backend "pg_backends" is up.
                  HINT:  Try again; if it lasts, look whether whatever starts instances is running.
                  """);
      assertThat(proxy.backend().traffic().sessionsTotal()).as("waits once").isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "sslmode={0}")
  @ValueSource(strings = {"prefer", "disable"})
  void queueFull(String sslMode) throws IOException {
    try (TestProxy proxy = proxy("queue.limit = 1");
        RawClient first = RawClient.open(proxy.address())) {
      first.send(RawClient.startup());
      proxy.awaitQueued(1);
      assertRefusal(
          proxy,
          sslMode,
          "too many connections are waiting for the database",
          "The queue of backend \"pg_backends\" holds its limit of 1 sessions.",
          "Try again in a moment, or raise queue.limit.");
      assertThat(proxy.backend().queued()).isEqualTo(1);
    }
  }

  @ParameterizedTest(name = "sslmode={0}")
  @ValueSource(strings = {"prefer", "disable"})
  void queueFullForOneClient(String sslMode) throws IOException {
    try (TestProxy proxy = proxy("queue.limit-per-client = 1");
        RawClient first = RawClient.open(proxy.address())) {
      first.send(RawClient.startup());
      proxy.awaitQueued(1);
      assertRefusal(
          proxy,
          sslMode,
          "too many connections from your address are waiting for the database",
          "At most 1 sessions of one client address may wait.",
          "Try again in a moment, or raise queue.limit-per-client.");
    }
  }

  /** A place that is given back can be taken at once. */
  @Test
  void whoLeavesTheQueueIsGone() throws IOException {
    try (TestProxy proxy = proxy("queue.limit = 1", "queue.limit-per-client = 1")) {
      for (int i = 0; i < 20; i++) {
        RawClient client = RawClient.open(proxy.address());
        client.send(RawClient.startup());
        proxy.awaitQueued(1);
        if (i % 2 == 0) {
          client.close();
        } else {
          client.reset();
        }
        proxy.awaitNoSession();
        assertThat(proxy.backend().queued()).isZero();
      }
      assertThat(proxy.demand().lingering()).as("their wish outlives them").isEqualTo(20);
    }
  }

  @Test
  @NeedsProgram("psql")
  void queueFullAsPsqlShowsIt() throws IOException {
    try (TestProxy proxy = proxy("queue.limit = 1");
        RawClient first = RawClient.open(proxy.address())) {
      first.send(RawClient.startup());
      proxy.awaitQueued(1);
      Command.Result result = proxy.psql("select 1").run();
      assertThat(result.exitCode()).isEqualTo(2);
      assertThat(result.err())
          .contains("FATAL:  too many connections are waiting for the database\nDETAIL:  ");
    }
  }

  private static void assertRefusal(
      TestProxy proxy, String sslMode, String message, String detail, String hint) {
    PSQLException refused =
        catchThrowableOfType(
            PSQLException.class,
            () -> {
              var _ = proxy.connect("sslmode=" + sslMode);
            });
    assertThat(refused.getSQLState()).isEqualTo("57P03");
    ServerErrorMessage said = Objects.requireNonNull(refused.getServerErrorMessage());
    assertThat(said.getSeverity()).isEqualTo("FATAL");
    assertThat(said.getMessage()).isEqualTo(message);
    assertThat(said.getDetail()).isEqualTo(detail);
    assertThat(said.getHint()).isEqualTo(hint);
  }
}
