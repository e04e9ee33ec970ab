package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.Callers;
import org.pgdeeplake.proxy.support.FaultyServer;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.postgresql.util.PSQLException;

// Rule: as long as one server takes sessions, no client notices what is wrong with the others.
class TwoServersIT {
  private static final String UNKNOWN_NAME = "no-such-host.invalid:5432";

  private static final TestPostgres first = TestPostgres.create();
  private static final TestPostgres second = TestPostgres.create();

  /** A test may leave one of them dead. */
  @BeforeEach
  void start() {
    for (TestPostgres server : List.of(first, second)) {
      if (!server.running()) {
        server.start();
      }
    }
  }

  @AfterAll
  static void stop() {
    first.close();
    second.close();
  }

  @Test
  void oneDiesAndComesBack() throws IOException {
    try (TestProxy proxy = TestProxy.to(first, second).start().awaitUp(2)) {
      try (Callers callers = Callers.start(proxy, 8)) {
        callers.awaitAnswers(50);
        first.kill9();
        int interrupted = callers.interrupted();
        callers.awaitAnswers(100);
        assertThat(callers.interrupted()).isEqualTo(interrupted);
        first.start();
        proxy.awaitUp(2);
        callers.awaitAnswers(50);
        assertThat(callers.failures()).isEmpty();
      }
      assertTakeTurns(proxy);
    }
  }

  @Test
  void oneShutsDown() throws IOException {
    try (TestProxy proxy = TestProxy.to(first, second).start().awaitUp(2)) {
      try (Callers callers = Callers.start(proxy, 8)) {
        callers.awaitAnswers(50);
        first.stop();
        callers.awaitAnswers(100);
        assertThat(callers.failures()).isEmpty();
      }
    }
  }

  @Test
  void theyTakeTurns() throws IOException {
    try (TestProxy proxy = TestProxy.to(first, second).start().awaitUp(2)) {
      assertTakeTurns(proxy);
    }
  }

  private void assertTakeTurns(TestProxy proxy) throws IOException {
    List<String> ports = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      try (RawClient client = RawClient.session(proxy.address())) {
        ports.add(client.value("show port"));
      }
    }
    assertThat(ports).containsOnly(String.valueOf(first.port()), String.valueOf(second.port()));
    for (int i = 2; i < ports.size(); i++) {
      assertThat(ports.get(i)).isEqualTo(ports.get(i - 2)).isNotEqualTo(ports.get(i - 1));
    }
  }

  @Test
  void oneHangsAfterItWasUp() throws IOException {
    try (TestProxy proxy =
        TestProxy.to(first, second)
            .backend("timeouts.connect = 300ms", "check.timeout = 300ms")
            .start()
            .awaitUp(2)) {
      first.sigstop();
      assertAllServedBySecond(proxy, 4);
      await("marked down").until(() -> proxy.backend().activeServers() == 1);
      first.sigcont();
      proxy.awaitUp(2);
    }
  }

  @Test
  void oneVanishesFromTheNetworkAfterItWasUp() throws IOException {
    try (FaultyServer vanishing = FaultyServer.before(first);
        TestProxy proxy =
            TestProxy.to(second)
                .server(vanishing.address())
                .backend("timeouts.connect = 300ms", "check.inter = 1h")
                .start()
                .awaitUp(2)) {
      vanishing.swallow();
      assertAllServedBySecond(proxy, 4);
      assertThat(proxy.backend().traffic().redispatchesTotal())
          .as("attempts that failed")
          .isPositive();
    }
  }

  @Test
  void oneHasNeverBeenThere() throws IOException {
    try (ReservedPort refusing = new ReservedPort();
        TestProxy proxy =
            TestProxy.to(second)
                .server(refusing.address())
                .server(UNKNOWN_NAME)
                .start()
                .awaitUp(1)) {
      assertAllServedBySecond(proxy, 10);
      assertThat(proxy.backend().traffic().retriesTotal()).isZero();
    }
  }

  private void assertAllServedBySecond(TestProxy proxy, int clients) throws IOException {
    for (int i = 0; i < clients; i++) {
      try (RawClient client = RawClient.session(proxy.address())) {
        assertThat(client.value("show port")).isEqualTo(String.valueOf(second.port()));
      }
    }
  }

  @Test
  void aNameThatNobodyKnowsIsAServerThatIsDown() {
    try (TestProxy proxy =
        TestProxy.to().server(UNKNOWN_NAME).backend("timeouts.queue = 1s").start()) {
      PSQLException refused =
          catchThrowableOfType(
              PSQLException.class,
              () -> {
                var _ = proxy.connect();
              });
      assertThat(refused.getSQLState()).isEqualTo("57P03");
      assertThat(Objects.requireNonNull(refused.getServerErrorMessage()).getDetail())
          .isEqualTo("No server of backend \"pg_backends\" is up.");
      assertThat(proxy.backend().servers().getFirst().lastCheck().info())
          .isEqualTo("cannot resolve 'no-such-host.invalid'");
    }
  }
}
