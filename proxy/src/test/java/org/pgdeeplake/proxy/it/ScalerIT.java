// KEDA hears of demand at once and as long as it lasts, gets its numbers from memory, and is left
// in a way after which it comes back soon.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.keda.KedaClient;
import org.pgdeeplake.proxy.support.keda.KedaClient.Figure;

class ScalerIT {
  private static final String ON = "scaler { enabled = true, bind = \"127.0.0.1:0\" }";
  private static final String METRIC = "pgproxy-wanted-instances";
  private static final Duration SOON = Duration.ofMillis(300);

  @TempDir private Path directory;

  private static KedaClient keda(TestProxy proxy, String... metadata) {
    return KedaClient.plain(proxy.proxy().scalerAddress(), metadata);
  }

  /** The best of several, since other tests run beside this one. */
  @Test
  @NeedsProgram("psql")
  void trueComesWithin300MillisecondsOfPsqlAndAgainWhileItWaits() {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).proxy(ON, "demand.linger = 0s").start();
        KedaClient keda = keda(proxy)) {
      KedaClient.Stream stream = keda.follow();
      assertThat(keda.isActive()).isFalse();
      long best = Long.MAX_VALUE;
      for (int i = 0; i < 5; i++) {
        int before = stream.trues.size();
        long start = System.nanoTime();
        try (Command psql = proxy.psql("select 1").start()) {
          await().atMost(Duration.ofSeconds(5)).until(() -> stream.trues.size() > before);
          best = Math.min(best, stream.trues.get(before) - start);
          assertThat(keda.isActive()).isTrue();
          assertThat(psql.running()).isTrue();
        }
        await().until(() -> !keda.isActive());
      }
      assertThat(Duration.ofNanos(best)).isLessThan(SOON);

      int before = stream.trues.size();
      try (Command psql = proxy.psql("select 1").start()) {
        await().atMost(Duration.ofSeconds(5)).until(() -> stream.trues.size() >= before + 4);
        assertThat(stream.trues.get(before + 3) - stream.trues.get(before))
            .as("three times at least once a second")
            .isLessThan(TimeUnit.SECONDS.toNanos(3));
        postgres.start();
        assertThat(psql.await().out()).isEqualTo("1\n");
      }
      await().until(() -> !keda.isActive());
      int after = stream.trues.size();
      await().pollDelay(Duration.ofMillis(1200)).until(() -> true);
      assertThat(stream.trues).as("silence without demand").hasSize(after);
      assertThat(stream.others).as("never false").isEmpty();
    }
  }

  @Test
  void theNumberIsThatOfInstances() throws IOException {
    try (TestPostgres postgres = TestPostgres.started();
        TestPostgres other = TestPostgres.create();
        TestProxy proxy =
            TestProxy.to(postgres, other).proxy(ON, "scaler.sessions-per-instance = 1").start();
        KedaClient keda = keda(proxy, "scalerAddress", "proxy:6000", "unknown", "is fine");
        RawClient one = RawClient.open(proxy.address());
        RawClient two = RawClient.open(proxy.address())) {
      proxy.awaitUp(1);
      assertThat(keda.spec()).isEqualTo(new Figure(METRIC, 1, 1));
      assertThat(keda.metric()).isEqualTo(new Figure(METRIC, 0, 0));
      one.send(RawClient.startup());
      one.readUntil('Z');
      await().until(() -> keda.metric().equals(new Figure(METRIC, 1, 1)));
      one.send(RawClient.query("select pg_sleep(60)"));
      two.send(RawClient.startup());
      two.readUntil('Z');
      two.send(RawClient.query("select pg_sleep(60)"));
      await().until(() -> keda.metric().equals(new Figure(METRIC, 2, 2)));
      assertThat(proxy.get("/metrics"))
          .contains("pgproxy_wanted_instances{proxy=\"pg_backends\"} 2.0")
          .contains("pgproxy_scaler_calls_total{code=\"OK\",method=\"GetMetricSpec\"} 1.0")
          .contains("pgproxy_demand 2.0");
    }
  }

  /** As a ScaledObject for HAProxy has it, but for the address. */
  @Test
  void theOriginalsTriggerIsActiveWithOneBusySession() throws IOException {
    String query =
        "sum(haproxy_backend_current_queue{proxy=\"pg_backends\"})"
            + " + sum(haproxy_backend_current_sessions{proxy=\"pg_backends\"})";
    String path = "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8);
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy = TestProxy.to(postgres).start();
        RawClient client = RawClient.open(proxy.address())) {
      assertThat(proxy.get(path)).contains("\"status\":\"success\"").contains(",\"0\"]");
      client.send(RawClient.startup());
      client.readUntil('Z');
      client.send(RawClient.query("select pg_sleep(60)"));
      await().until(() -> proxy.get(path).contains(",\"1\"]"));
    }
  }

  @Test
  void wrongQuestions() {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).proxy(ON, "backends.other.servers = []").start();
        KedaClient none = keda(proxy);
        KedaClient wrong = keda(proxy, "backend", "nobody");
        KedaClient right = keda(proxy, "backend", "other")) {
      assertThat(right.isActive()).isFalse();
      assertThatThrownBy(none::isActive)
          .isInstanceOf(StatusRuntimeException.class)
          .hasMessageContaining("INVALID_ARGUMENT")
          .hasMessageContaining("pg_backends, other");
      assertThatThrownBy(wrong::metric)
          .hasMessageContaining("the backends are: pg_backends, other");
      assertThat(wrong.follow().end.join().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(right.follow("StreamMetricSpec", nanos -> {}).end.join().getCode())
          .isEqualTo(Status.Code.UNIMPLEMENTED);
    }
  }

  @Test
  void afterSigtermTheStreamHasEndedWell() throws IOException {
    try (ReservedPort postgres = new ReservedPort();
        ReservedPort frontend = new ReservedPort();
        ReservedPort scaler = new ReservedPort()) {
      Path file = directory.resolve("proxy.conf");
      Files.writeString(
          file,
          """
          proxy {
            threads = 1
            admin.bind = "127.0.0.1:0"
            frontends.f { bind = "%s", default-backend = b }
            backends.b.servers = [ { name = pg-0, address = "%s" } ]
            scaler { enabled = true, bind = "%s" }
          }
          """
              .formatted(frontend.address(), postgres.address(), scaler.address()));
      try (Command proxy = ProxyProcess.start(file);
          KedaClient keda = KedaClient.plain(ProxyProcess.awaitListening(proxy, scaler))) {
        KedaClient.Stream stream = keda.follow();
        try (RawClient waiter = RawClient.open(ProxyProcess.awaitListening(proxy, frontend))) {
          waiter.send(RawClient.startup());
          await().atMost(Duration.ofSeconds(10)).until(() -> !stream.trues.isEmpty());
        }
        proxy.signal("TERM");
        assertThat(stream.end.orTimeout(10, TimeUnit.SECONDS).join().getCode())
            .isEqualTo(Status.Code.OK);
        assertThat(proxy.await().exitCode()).isZero();
      }
    }
  }

  @Test
  void aReloadMovesItSwitchesItOffAndOn() {
    try (ReservedPort first = new ReservedPort();
        ReservedPort second = new ReservedPort();
        TestPostgres postgres = TestPostgres.create()) {
      ProxyFile on = at(postgres, first);
      Path file = directory.resolve("proxy.conf");
      try (TestProxy proxy = on.start(file);
          KedaClient keda = keda(proxy)) {
        KedaClient.Stream stream = keda.follow();
        assertThat(keda.isActive()).isFalse();
        assertThat(proxy.applied(at(postgres, second)))
            .contains("scaler.bind " + first.address() + " -> " + second.address());
        assertThat(keda.isActive()).as("over the connection that there is").isFalse();
        try (KedaClient there = keda(proxy)) {
          assertThat(there.isActive()).isFalse();
        }
        assertThat(stream.end).isNotDone();
        proxy.applied(TestProxy.to(postgres));
        assertThat(stream.end.orTimeout(10, TimeUnit.SECONDS).join().getCode())
            .isEqualTo(Status.Code.OK);
        proxy.applied(at(postgres, first));
        try (KedaClient there = keda(proxy)) {
          assertThat(there.isActive()).isFalse();
        }
      }
    }
  }

  private static ProxyFile at(TestPostgres postgres, ReservedPort port) {
    return TestProxy.to(postgres)
        .proxy("scaler { enabled = true, bind = \"" + port.address() + "\" }");
  }
}
