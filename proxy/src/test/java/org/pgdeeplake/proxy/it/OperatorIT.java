package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: an operator who pauses a backend or wakes it changes what clients wait for, and nothing
// else.
class OperatorIT extends OperatorStage {
  @Test
  void aPausedBackendHoldsNewSessions() throws IOException {
    try (TestProxy proxy = TestProxy.to(first).backend("timeouts.queue = 2s").start().awaitUp(1);
        RawClient served = RawClient.session(proxy.address());
        RawClient waiter = RawClient.open(proxy.address());
        RawClient late = RawClient.open(proxy.address());
        RawClient probe = RawClient.open(proxy.address())) {
      proxy.operations().pause(CALLER, proxy.backend());
      assertThat(served.value("select 42")).isEqualTo("42");
      late.send(RawClient.startup());
      proxy.awaitQueued(1);
      probe.send(RawClient.startup("application_name", "pg_isready"));
      String detail = "Backend \"pg_backends\" is paused by an operator.";
      assertThat(Objects.requireNonNull(probe.read()).fields())
          .containsEntry('C', "57P03")
          .containsEntry('D', detail);
      assertThat(Objects.requireNonNull(late.read()).fields())
          .containsEntry('C', "57P03")
          .containsEntry('D', detail);
      waiter.send(RawClient.startup());
      proxy.awaitQueued(1);
      proxy.operations().resume(CALLER, proxy.backend());
      waiter.readUntil('Z');
    }
  }

  @Test
  void anOperatorsWakeIsDemandForAWhile() {
    try (TestPostgres cold = TestPostgres.create();
        TestProxy proxy =
            TestProxy.to(cold).backend("check.inter = 1h").proxy("demand.linger = 1s").start()) {
      await().until(() -> proxy.server(1).server().lastCheck().status() != CheckResult.Status.INI);
      cold.start();
      assertThat(proxy.demand().demand()).isZero();
      proxy.operations().wake(CALLER);
      assertThat(proxy.demand().demand()).isOne();
      proxy.awaitUp(1);
      await().until(() -> proxy.demand().demand() == 0);
    }
  }
}
