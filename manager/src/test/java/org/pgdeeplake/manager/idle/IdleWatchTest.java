package org.pgdeeplake.manager.idle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.ProxyStandIn;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/** Runs while wanted, ends when unwanted for long enough, and never ends on a guess. */
class IdleWatchTest {
  private static final Duration IDLE = Duration.ofMillis(400);
  private static final Duration SILENCE = Duration.ofMillis(600);
  private static final Duration NEVER_SILENT = Duration.ofMinutes(1);

  /** Several times what would have stopped the instance. */
  private static final Duration LONG = Duration.ofMillis(1500);

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final int FIRST = 1;

  @AutoClose private final TestData data = new TestData();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private LocalDeployment deployment;
  private ProxyStandIn proxy;
  private final List<IdleWatch> watches = new ArrayList<>();
  private final List<Future<List<String>>> runs = new ArrayList<>();

  @BeforeEach
  void prepare() throws Exception {
    deployment = data.deployment(1);
    proxy = new ProxyStandIn(0);
  }

  @AfterEach
  void stop() throws Exception {
    for (IdleWatch watch : watches) {
      watch.stop();
    }
    for (Future<List<String>> run : runs) {
      assertThat(run.get()).isEmpty();
    }
    proxy.close();
    threads.close();
  }

  private void watch(Duration silence) {
    IdleWatch watch =
        new IdleWatch(
            deployment,
            new PostgresAccess("postgres", "", Duration.ofSeconds(5)),
            new IdleWatch.Plan(proxy.uri(), new IdleTime(IDLE), 1),
            AfterStart.NOTHING,
            silence);
    watches.add(watch);
    runs.add(
        threads.submit(() -> {
          watch.run();
          return watch.stopInstances();
        }));
  }

  private void wake() {
    await().atMost(LIMIT).until(() -> proxy.connections() > 0);
    proxy.demand(1);
    awaitRunning(true);
  }

  private void awaitRunning(boolean running) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(LIMIT)
        .until(() -> deployment.isRunning(FIRST) == running);
  }

  private void staysUp() {
    await().during(LONG).atMost(LIMIT).until(() -> deployment.isRunning(FIRST));
  }

  private Connection connect() throws Exception {
    return await()
        .ignoreExceptions()
        .atMost(LIMIT)
        .until(() -> TestData.connect(deployment.instances().getFirst().port()), c -> true);
  }

  @Test
  void startsAtTheFirstWaiterAndStopsAfterTheIdleTime() {
    watch(NEVER_SILENT);
    await().atMost(LIMIT).until(() -> proxy.connections() > 0);
    await().during(IDLE).atMost(LIMIT).until(() -> !deployment.isRunning(FIRST));

    wake();
    staysUp();
    proxy.demand(0);
    awaitRunning(false);
    proxy.demand(2);
    awaitRunning(true);
  }

  @Test
  void theIdleTimeMustBeUninterrupted() {
    watch(NEVER_SILENT);
    wake();
    AtomicInteger looks = new AtomicInteger();
    await()
        .pollInterval(IDLE.dividedBy(2))
        .atMost(LIMIT)
        .until(() -> {
          assertThat(deployment.isRunning(FIRST)).isTrue();
          proxy.demand(looks.get() % 2);
          return looks.incrementAndGet() == 12;
        });
  }

  @Test
  void leavesARunningQueryAlone() throws Exception {
    watch(NEVER_SILENT);
    wake();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      Future<Boolean> query = threads.submit(() -> statement.execute("SELECT pg_sleep(2.5)"));
      proxy.demand(0);

      staysUp();

      assertThat(query.get()).isTrue();
    }
    awaitRunning(false);
  }

  @Test
  void leavesAnOpenTransactionAlone() throws Exception {
    watch(NEVER_SILENT);
    wake();
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SELECT 1");
      proxy.demand(0);

      staysUp();

      connection.commit();
      awaitRunning(false);
    }
  }

  @Test
  void aSessionThatIsIdleDoesNotKeepItUp() throws Exception {
    watch(NEVER_SILENT);
    wake();
    try (Connection _ = connect()) {
      proxy.demand(0);
      awaitRunning(false);
    }
  }

  @Test
  void aProxyThatIsAwayStopsNothingAndIsFollowedAgainWhenItIsBack() throws Exception {
    watch(NEVER_SILENT);
    wake();
    proxy.demand(0);
    proxy.close();

    staysUp();

    proxy = new ProxyStandIn(proxy.port());
    awaitRunning(false);
    proxy.demand(1);
    awaitRunning(true);
  }

  @Test
  void aSilentStreamIsOpenedAgainAndStopsNothing() throws Exception {
    watch(SILENCE);
    wake();
    await().atMost(LIMIT).until(() -> proxy.connections() >= 3);
    assertThat(deployment.isRunning(FIRST)).isTrue();
  }

  @Test
  void aLineWithoutDemandIsNotADemandOfZero() {
    watch(NEVER_SILENT);
    wake();
    proxy.send("{\"waiting\":0}");
    staysUp();
    assertThat(proxy.connections()).isGreaterThan(1);
  }

  @Test
  void aServerThatDiesUnderDemandIsStartedAgain() throws Exception {
    watch(NEVER_SILENT);
    wake();
    connect().close();
    long killed = pid();
    TestData.kill9(killed);
    await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> deployment.isRunning(FIRST) && pid() != killed);
    connect().close();
  }

  @Test
  void aServerLeftByAKilledManagerIsStoppedWhenIdle() throws Exception {
    deployment.start(FIRST);
    watch(NEVER_SILENT);
    awaitRunning(false);
  }

  private long pid() throws Exception {
    return deployment.start(FIRST).pid();
  }
}
