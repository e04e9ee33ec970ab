package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pgdeeplake.proxy.backend.AdministrativeState.DRAIN;
import static org.pgdeeplake.proxy.backend.AdministrativeState.READY;

import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.Callers;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a server that is drained takes no new sessions and keeps those that it has; it can be
// waited
// for until they are gone.
class DrainIT extends OperatorStage {
  private static final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor();

  @AfterAll
  static void stopTimer() {
    timer.shutdownNow();
  }

  @Test
  void drainUnderLoad() throws IOException {
    try (TestProxy proxy = TestProxy.to(first, second).start().awaitUp(2);
        Callers callers = Callers.start(proxy, 8);
        RawClient kept = RawClient.session(proxy.address())) {
      int of = kept.value("show port").equals(String.valueOf(first.port())) ? 1 : 2;
      callers.awaitAnswers(50);
      proxy.operations().administer(CALLER, proxy.server(of), DRAIN);
      await().until(() -> proxy.server(of).server().sessions() == 1);
      int before = callers.answers().size();
      callers.awaitAnswers(50);
      String other = String.valueOf((of == 1 ? second : first).port());
      assertThat(callers.answers().subList(before + 8, before + 50)).containsOnly(other);
      assertThat(proxy.server(of).server().status()).isEqualTo("DRAIN");
      assertThat(kept.value("select 42")).isEqualTo("42");
      proxy.operations().administer(CALLER, proxy.server(of), READY);
      callers.awaitAnswers(50);
      assertThat(callers.failures()).isEmpty();
      assertThat(callers.interrupted()).isZero();
      assertThat(proxy.backend().activeServers()).isEqualTo(2);
    }
  }

  @Test
  void whileAllAreDrainedClientsWait() throws IOException {
    try (TestProxy proxy = TestProxy.to(first).backend("timeouts.queue = 1s").start().awaitUp(1)) {
      proxy.operations().administer(CALLER, proxy.server(1), DRAIN);
      try (RawClient released = RawClient.open(proxy.address());
          RawClient late = RawClient.open(proxy.address())) {
        late.send(RawClient.startup());
        assertThat(Objects.requireNonNull(late.read()).fields())
            .containsEntry('C', "57P03")
            .containsEntry(
                'D',
                "No server of backend \"pg_backends\" takes sessions; an operator has put 1 of 1"
                    + " into drain or maintenance.");
        released.send(RawClient.startup());
        proxy.awaitQueued(1);
        proxy.operations().administer(CALLER, proxy.server(1), READY);
        released.readUntil('Z');
      }
    }
  }

  @Test
  void drainCanBeWaitedFor() throws IOException {
    try (TestProxy proxy = TestProxy.to(first).start().awaitUp(1);
        RawClient last = RawClient.session(proxy.address())) {
      var server = proxy.server(1).server();
      proxy.operations().administer(CALLER, proxy.server(1), DRAIN);
      assertThat(proxy.operations().awaitEmpty(server, Duration.ofMillis(50), timer).join())
          .isFalse();
      CompletableFuture<Boolean> empty =
          proxy.operations().awaitEmpty(server, Duration.ofSeconds(30), timer);
      last.send(RawClient.terminate());
      assertThat(empty.join()).isTrue();
      assertThat(proxy.operations().awaitEmpty(server, Duration.ZERO, timer).join()).isTrue();
    }
  }
}
