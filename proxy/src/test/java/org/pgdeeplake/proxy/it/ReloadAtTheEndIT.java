package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.ReloadResult.Applied;
import org.pgdeeplake.proxy.operation.ReloadResult.Refused;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a proxy that stops reloads no more, and everybody who has asked for it is answered.
@Tag("long")
class ReloadAtTheEndIT extends ReloadStage {
  @Test
  void whileItStopsItIsRefused() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy = TestProxy.to(postgres).start(file()).awaitUp(1)) {
      try (Connection session = proxy.connect()) {
        proxy.proxy().shutdown();
        assertThat(proxy.refused()).containsExactly("the proxy is shutting down");
        assertThat(session.isValid(5)).isTrue();
      }
      proxy.proxy().awaitTermination();
    }
  }

  @Test
  void whoStopsItDuringReloadsEndsItAndEverybodyIsAnswered() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy = TestProxy.to(postgres).start(file()).awaitUp(1)) {
      List<CompletableFuture<ReloadResult>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(proxy.operations().reload(new Caller("test", "", null)));
        await().atMost(LIMIT).until(() -> answers.getFirst().isDone());
        if (i == 25) {
          proxy.proxy().shutdown();
        }
      }
      for (CompletableFuture<ReloadResult> answer : answers) {
        assertThat(answer.get(10, TimeUnit.SECONDS)).isNotNull();
      }
      assertThat(answers.getFirst().join()).isInstanceOf(Applied.class);
      assertThat(answers.getLast().join()).isInstanceOf(Refused.class);
      proxy.proxy().awaitTermination();
    }
  }
}
