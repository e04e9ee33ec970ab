// A pod that has to go: the chart's hook drains it at the proxy, and PostgreSQL ends when its last
// session has.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

class PreStopIT {
  private static final Path SCRIPT = Path.of("../helm/pg-deeplake/files/pre-stop.sh");

  @Test
  void aSessionEndsItsWorkAndTheNextPodTakesSessions(@TempDir Path credentials) throws Exception {
    Files.writeString(credentials.resolve("PROXY_STATS_USER"), "ops");
    Files.writeString(credentials.resolve("PROXY_STATS_PASSWORD"), "secret");
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy =
            TestProxy.to(postgres).proxy("admin.stats { user = ops, password = secret }").start()) {
      proxy.awaitUp(1);
      Command.Builder hook =
          Command.of(
                  "bash",
                  SCRIPT.toString(),
                  "127.0.0.1",
                  "" + proxy.proxy().adminAddress().getPort(),
                  "30",
                  "" + postgres.pid())
              .env("DRAIN_CREDENTIALS", credentials.toString())
              .env("DRAIN_INSTANCE", "s1");
      try (RawClient session = RawClient.session(proxy.address());
          Command running = hook.start()) {
        await().until(() -> state(proxy) == AdministrativeState.DRAIN);
        assertThat(session.value("select 6 * 7")).isEqualTo("42");
        assertThat(running.running()).isTrue();
        session.send(RawClient.terminate());
        Command.Result result = running.await();
        assertThat(result.exitCode()).as(result.err()).isZero();
      }
      await("SIGINT has ended it").until(() -> !postgres.running());
      await("it is down, and its drain is over")
          .until(() -> state(proxy) == AdministrativeState.READY);
      postgres.start();
      proxy.awaitUp(1);
      try (RawClient next = RawClient.session(proxy.address())) {
        assertThat(next.value("select 1")).isEqualTo("1");
      }
    }
  }

  private static AdministrativeState state(TestProxy proxy) {
    return proxy.server(1).server().administrative();
  }
}
