package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.LoggedLines;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

/** A proxy that terminates TLS, while no server is up. */
abstract class TlsRefusalStage {
  @TempDir private static Path directory;

  @SuppressWarnings("NullAway.Init") // set before all tests
  static TestTls tls;

  @SuppressWarnings("NullAway.Init") // set before each test
  ReservedPort asleep;

  @SuppressWarnings("NullAway.Init") // set before each test
  TestProxy proxy;

  @SuppressWarnings("NullAway.Init") // set before each test
  LoggedLines log;

  @BeforeAll
  static void write() {
    tls = TestTls.in(directory);
  }

  @BeforeEach
  void start() {
    asleep = new ReservedPort();
    proxy = start(new String[0]);
    log = new LoggedLines("session");
  }

  TestProxy start(String... frontend) {
    return TestProxy.to()
        .server(asleep.address())
        .frontend(tls.terminate())
        .frontend(frontend)
        .backend("timeouts.queue = 1s")
        .start();
  }

  /** For tests of the limits only: a busy machine takes longer than them for a handshake. */
  void limit(String timeouts) {
    proxy.close();
    proxy = start("timeouts { " + timeouts + " }");
  }

  @AfterEach
  void stop() {
    log.close();
    proxy.close();
    asleep.close();
  }

  void assertNoDemandBut(NoWake reason) {
    await("counted as " + reason)
        .untilAsserted(() -> assertThat(proxy.demand().noWake()).containsEntry(reason, 1L));
    assertThat(proxy.demand().noWake().values().stream().mapToLong(n -> n).sum()).isEqualTo(1);
    assertThat(proxy.demand().demand()).isZero();
    assertThat(proxy.backend().traffic().sessionsTotal()).isZero();
    proxy.awaitNoSession();
  }

  void assertLogged(String what) {
    assertThat(log.await(1).getFirst())
        .matches("127\\.0\\.0\\.1:\\d+ \\[[^]]+] pg_frontend/1: .*")
        .contains(what);
  }
}
