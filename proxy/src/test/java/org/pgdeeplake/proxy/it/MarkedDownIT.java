package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: sessions of a server that is marked down end only if the configuration says so.
class MarkedDownIT {
  @SuppressWarnings("NullAway.Init") // set before each test
  private TestPostgres postgres;

  @BeforeEach
  void start() {
    postgres = TestPostgres.started();
  }

  @AfterEach
  void stop() {
    postgres.close();
  }

  private TestProxy proxy(String onMarkedDown) {
    return TestProxy.to(postgres)
        .backend(
            "check { inter = 200ms, timeout = 300ms, fall = 2, on-marked-down = "
                + onMarkedDown
                + " }")
        .start();
  }

  private static void awaitDown(TestProxy proxy) {
    await("marked down").until(() -> proxy.backend().activeServers() == 0);
  }

  @Test
  void closeSessions() throws IOException {
    try (TestProxy proxy = proxy("close-sessions");
        RawClient idle = RawClient.session(proxy.address());
        RawClient busy = RawClient.session(proxy.address())) {
      busy.send(RawClient.query("select pg_sleep(60)"));
      await().until(() -> proxy.demand().busy() == 1);
      postgres.sigstop();
      awaitDown(proxy);
      for (RawClient client : List.of(idle, busy)) {
        assertThat(Objects.requireNonNull(client.read()).fields())
            .containsEntry('S', "FATAL")
            .containsEntry('C', "57P01")
            .containsEntry('M', "terminating connection: its server was marked down");
        assertThat(client.read()).isNull();
      }
      proxy.awaitNoSession();
    }
  }

  @Test
  void whoIsAtTheOldAddressStaysWhenItsServerHasMoved(@TempDir Path directory) throws Exception {
    String check =
        "check { inter = 200ms, timeout = 300ms, fall = 2, on-marked-down = close-sessions }";
    try (TestPostgres next = TestPostgres.started();
        TestProxy proxy =
            TestProxy.to(postgres)
                .backend(check)
                .start(directory.resolve("proxy.conf"))
                .awaitUp(1);
        RawClient old = RawClient.session(proxy.address())) {
      proxy.applied(TestProxy.to(next).backend(check));
      try (RawClient moved = RawClient.session(proxy.address())) {
        next.sigstop();
        assertThat(Objects.requireNonNull(moved.read()).fields()).containsEntry('C', "57P01");
        assertThat(old.value("select 42")).isEqualTo("42");
      } finally {
        next.sigcont();
      }
    }
  }

  @Test
  void none() throws IOException {
    try (TestProxy proxy = proxy("none");
        RawClient idle = RawClient.session(proxy.address());
        RawClient busy = RawClient.session(proxy.address())) {
      busy.send(RawClient.query("select pg_sleep(1), 'done'"));
      await().until(() -> proxy.demand().busy() == 1);
      postgres.sigstop();
      awaitDown(proxy);
      postgres.sigcont();
      assertThat(idle.value("select 42")).isEqualTo("42");
      assertThat(busy.readUntil('Z')).anySatisfy(m -> assertThat(m.toString()).contains("done"));
      proxy.awaitUp(1);
    }
  }
}
