// KEDA may ask any of several proxies: each tells what clients want of all of them.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.Replicas;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.keda.KedaClient;

@Timeout(120)
class ScalerReplicasIT {
  private static final String SCALER =
      "scaler { enabled = true, bind = \"127.0.0.1:0\", sessions-per-instance = 1 }";
  private static final Duration SOON = Duration.ofMillis(300);

  private static List<TestProxy> start(Replicas replicas) {
    List<TestProxy> proxies = new ArrayList<>();
    for (int number = 1; number <= 3; number++) {
      proxies.add(replicas.launch(number, SCALER));
    }
    for (int number = 1; number <= 3; number++) {
      replicas.awaitPeers(number, 2);
    }
    return proxies;
  }

  private static KedaClient keda(TestProxy proxy) {
    return KedaClient.plain(proxy.proxy().scalerAddress());
  }

  /** The best of several, since other tests run beside this one. */
  @Test
  @NeedsProgram("psql")
  void trueComesFromAReplicaThatTheClientDoesNotKnow() {
    try (TestPostgres postgres = TestPostgres.create();
        Replicas replicas = new Replicas(3, postgres)) {
      List<TestProxy> proxies = start(replicas);
      try (KedaClient keda = keda(proxies.get(2))) {
        KedaClient.Stream stream = keda.follow();
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
          int before = stream.trues.size();
          long start = System.nanoTime();
          try (Command _ = proxies.getFirst().psql("select 1").start()) {
            await().atMost(Duration.ofSeconds(5)).until(() -> stream.trues.size() > before + 2);
            best = Math.min(best, stream.trues.get(before) - start);
            assertThat(keda.isActive()).isTrue();
          }
          await().until(() -> !keda.isActive());
        }
        assertThat(Duration.ofNanos(best)).isLessThan(SOON);
        assertThat(stream.others).as("never false").isEmpty();
      }
    }
  }

  @Test
  void eachTellsTheNumberForAll() throws Exception {
    try (TestPostgres one = TestPostgres.started();
        TestPostgres two = TestPostgres.started();
        Replicas replicas = new Replicas(3, one, two)) {
      List<TestProxy> proxies = start(replicas);
      proxies.forEach(proxy -> proxy.awaitUp(2));
      try (RawClient first = RawClient.session(proxies.get(0).address());
          RawClient second = RawClient.session(proxies.get(1).address())) {
        first.send(RawClient.query("select pg_sleep(60)"));
        second.send(RawClient.query("select pg_sleep(60)"));
        for (TestProxy proxy : proxies) {
          try (KedaClient keda = keda(proxy)) {
            await().until(() -> keda.metric().whole() == 2);
          }
        }
      }
    }
  }

  @Test
  void oneClientOfAllAsksEachInTurnAndHearsTheSame() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        Replicas replicas = new Replicas(3, postgres)) {
      List<TestProxy> proxies = start(replicas);
      proxies.forEach(proxy -> proxy.awaitUp(1));
      try (KedaClient keda =
              KedaClient.across(
                  proxies.stream().map(proxy -> proxy.proxy().scalerAddress()).toList());
          RawClient client = RawClient.session(proxies.getFirst().address())) {
        client.send(RawClient.query("select pg_sleep(60)"));
        await("all know").until(() -> allTell(replicas));
        String calls = "pgproxy_scaler_calls_total{code=\"OK\",method=\"GetMetrics\"}";
        await("each was asked")
            .until(() -> {
              assertThat(keda.metric().whole()).isEqualTo(1);
              return List.of(1, 2, 3).stream()
                  .allMatch(number -> replicas.metric(number, calls) > 1);
            });
      }
    }
  }

  private static boolean allTell(Replicas replicas) {
    return List.of(1, 2, 3).stream()
        .allMatch(number -> replicas.metric(number, "pgproxy_demand") == 1);
  }
}
