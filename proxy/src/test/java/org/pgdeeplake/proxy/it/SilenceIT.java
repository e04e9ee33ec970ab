package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: silence ends a session only where the configuration says so, and never one that is at work.
class SilenceIT extends PostgresStage {
  @Test
  void anIdleSessionIsEnded() throws IOException {
    try (TestProxy proxy =
            TestProxy.to(postgres).frontend("timeouts.idle-session = 400ms").start();
        RawClient client = RawClient.session(proxy.address())) {
      assertThat(client.value("select pg_sleep(1) || 'x'")).as("busy is not idle").isEqualTo("x");
      assertThat(Objects.requireNonNull(client.read()).fields())
          .containsEntry('S', "FATAL")
          .containsEntry('C', "57P05")
          .containsEntry('M', "terminating connection: idle for more than 400 ms");
      assertThat(client.read()).isNull();
      proxy.awaitNoSession();
    }
  }

  @Test
  void anIdleSessionInATransactionIsNot() throws IOException {
    try (TestProxy proxy =
            TestProxy.to(postgres).frontend("timeouts.idle-session = 300ms").start();
        RawClient client = RawClient.session(proxy.address());
        RawClient idle = RawClient.session(proxy.address())) {
      client.send(RawClient.query("begin"));
      client.readUntil('Z');
      assertThat(idle.readToEnd()).as("the other one is ended").contains("57P05");
      assertThat(idle(proxy)).isZero();
      assertThat(client.value("select 42")).isEqualTo("42");
      client.send(RawClient.query("commit"));
      client.readUntil('Z');
      assertThat(Objects.requireNonNull(client.read()).fields()).containsEntry('C', "57P05");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"frontend", "backend"})
  void silenceOfBothSidesEndsASession(String side) throws IOException {
    ProxyFile builder = TestProxy.to(postgres);
    if (side.equals("frontend")) {
      builder.frontend("timeouts.client = 500ms");
    } else {
      builder.backend("timeouts.server = 500ms");
    }
    try (TestProxy proxy = builder.start();
        RawClient client = RawClient.session(proxy.address())) {
      client.send(RawClient.query("begin"));
      client.readUntil('Z');
      assertThat(Objects.requireNonNull(client.read()).fields()).containsEntry('S', "FATAL");
      assertThat(client.read()).isNull();
      proxy.awaitNoSession();
    }
  }

  /** It keeps its server, but wants no instance any more until it speaks again. */
  @Test
  void anIdleSessionIsNoDemand() throws IOException {
    try (TestProxy proxy = TestProxy.to(postgres).proxy("demand.idle-after = 300ms").start();
        RawClient client = RawClient.session(proxy.address())) {
      await().until(() -> idle(proxy) == 1);
      assertThat(proxy.demand().demand()).isEqualTo(1);
      await().until(() -> proxy.demand().demand() == 0);
      client.send(RawClient.query("begin"));
      client.readUntil('Z');
      assertThat(proxy.demand().demand()).isEqualTo(1);
      assertThat(proxy.demand().inTransaction()).isEqualTo(1);
    }
  }

  private static int idle(TestProxy proxy) {
    return proxy.demand().idle();
  }
}
