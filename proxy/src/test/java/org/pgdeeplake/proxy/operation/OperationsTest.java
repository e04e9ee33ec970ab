// Whatever an operator asks for is done at once and stands in the log with who asked.
package org.pgdeeplake.proxy.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pgdeeplake.proxy.backend.AdministrativeState.DRAIN;

import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.DemandConfig;
import org.pgdeeplake.proxy.metrics.Scene;
import org.pgdeeplake.proxy.session.Sessions;
import org.pgdeeplake.proxy.support.LoggedLines;

class OperationsTest {
  private static final Caller CALLER =
      new Caller("API", "ops", new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 4711));

  private final Scene scene = new Scene();
  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final AtomicBoolean shutDown = new AtomicBoolean();
  private final Topology topology;
  private final Operations operations =
      new Operations(
          this::topology,
          new Sessions(),
          scene.demand,
          caller -> CompletableFuture.completedFuture(new ReloadResult.Applied(List.of())),
          () -> shutDown.set(true));
  private final Topology.Place place = new Topology.Place(scene.backend, scene.server(1));

  OperationsTest(@TempDir Path directory) throws Exception {
    timer.setRemoveOnCancelPolicy(true);
    Path file =
        Files.writeString(
            directory.resolve("proxy.conf"),
            """
            proxy {
              frontends.pg_frontend { bind = "127.0.0.1:0", default-backend = pg_backends }
              backends.pg_backends.servers = [ { name = pg-deeplake-1, address = "127.0.0.1:5441" } ]
            }
            """);
    topology = new Topology(ConfigReader.read(file), List.of(), List.of(scene.backend));
  }

  private Topology topology() {
    return topology;
  }

  @AfterEach
  void stop() {
    scene.close();
    timer.shutdownNow();
  }

  @Test
  void eachIsLoggedWithItsCaller() {
    try (LoggedLines log = new LoggedLines(Operations.class.getName())) {
      operations.administer(CALLER, place, DRAIN);
      operations.pause(CALLER, scene.backend);
      operations.resume(CALLER, scene.backend);
      assertThat(operations.closeSession(CALLER, 7)).isFalse();
      assertThat(operations.closeSessions(CALLER, place)).isZero();
      assertThat(operations.closeSessions(CALLER, scene.backend)).isZero();
      operations.wake(CALLER);
      operations.shutdown(CALLER);
      assertThat(log.lines())
          .containsExactly(
              "API (ops, 127.0.0.1:4711): server pg_backends/pg-deeplake-1 is to be drain",
              "API (ops, 127.0.0.1:4711): pause backend pg_backends",
              "API (ops, 127.0.0.1:4711): resume backend pg_backends",
              "API (ops, 127.0.0.1:4711): close session 7, which there is not",
              "API (ops, 127.0.0.1:4711): close the 0 sessions of server pg_backends/pg-deeplake-1",
              "API (ops, 127.0.0.1:4711): close the 0 sessions of backend pg_backends",
              "API (ops, 127.0.0.1:4711): wake, which counts as demand for 30 s",
              "API (ops, 127.0.0.1:4711): shut down");
    }
    assertThat(shutDown).isTrue();
    assertThat(scene.server(1).administrative()).isEqualTo(DRAIN);
  }

  @Test
  void pauseAndResume() {
    operations.pause(CALLER, scene.backend);
    assertThat(scene.backend.administration().paused()).isTrue();
    operations.resume(CALLER, scene.backend);
    assertThat(scene.backend.administration().paused()).isFalse();
  }

  @Test
  void aWakeIsDemand() {
    assertThat(operations.wake(CALLER)).isTrue();
    assertThat(scene.demand.snapshot().demand()).isOne();
    assertThat(scene.demand.snapshot().lingering()).isOne();
  }

  @Test
  void emptyIsToldInTheMomentInWhichItComesTrue() {
    Server server = busy();
    CompletableFuture<Boolean> empty = operations.awaitEmpty(server, Duration.ofHours(1), timer);
    assertThat(empty).isNotDone();
    scene.leases.getFirst().close();
    assertThat(empty).isCompletedWithValue(true);
    assertThat(timer.getQueue()).isEmpty();
    assertThat(operations.awaitEmpty(server, Duration.ofHours(1), timer))
        .isCompletedWithValue(true);
  }

  @Test
  void anAttemptThatFailsLeavesItsServerEmpty() {
    Server server = busy();
    CompletableFuture<Boolean> empty = operations.awaitEmpty(server, Duration.ofHours(1), timer);
    scene.leases.getFirst().failed(new Failure(Failure.Kind.REFUSED, "test"));
    assertThat(empty).isCompletedWithValue(true);
  }

  @Test
  void aWakeWithoutALingerIsNothing() {
    scene.demand.reconfigure(new DemandConfig(Duration.ofMinutes(5), Duration.ZERO));
    try (LoggedLines log = new LoggedLines(Operations.class.getName())) {
      assertThat(operations.wake(CALLER)).isFalse();
      assertThat(log.lines()).singleElement().asString().endsWith("demand.linger is 0");
    }
    assertThat(scene.demand.snapshot().demand()).isZero();
  }

  @Test
  void theWaitHasALimit() {
    Server server = busy();
    CompletableFuture<Boolean> empty = operations.awaitEmpty(server, Duration.ofMillis(20), timer);
    assertThat(empty.join()).isFalse();
    WeakReference<?> waited = new WeakReference<>(empty);
    empty = null;
    assertForgotten(waited);
  }

  /** The server, which is as busy as before, does not keep it. */
  private static void assertForgotten(WeakReference<?> waited) {
    await()
        .until(() -> {
          System.gc();
          return waited.get() == null;
        });
  }

  @Test
  void whoGoesAwayWaitsNoMore() {
    CompletableFuture<Boolean> empty = operations.awaitEmpty(busy(), Duration.ofHours(1), timer);
    empty.cancel(false);
    assertThat(timer.getQueue()).isEmpty();
    WeakReference<?> waited = new WeakReference<>(empty);
    empty = null;
    assertForgotten(waited);
  }

  @Test
  void aTimerThatHasEndedIsTheLimit() {
    ScheduledExecutorService ended = Executors.newSingleThreadScheduledExecutor();
    ended.shutdownNow();
    assertThat(operations.awaitEmpty(busy(), Duration.ofHours(1), ended))
        .isCompletedWithValue(false);
  }

  private Server busy() {
    scene.up(1);
    scene.enter();
    return scene.leases.getFirst().server();
  }
}
