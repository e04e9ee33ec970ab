package org.pgdeeplake.manager.idle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.manager.Manage;
import org.pgdeeplake.manager.ProxyStandIn;
import org.pgdeeplake.manager.deployment.AfterStart;
import org.pgdeeplake.manager.local.LocalDeployment;
import org.pgdeeplake.manager.local.TestData;
import org.pgdeeplake.manager.postgres.PostgresAccess;

/** At demand so many run as scale has asked for, and whatever scale leaves ends when idle. */
class IdleWatchScaledTest {
  private static final Duration IDLE = Duration.ofMillis(400);
  private static final Duration LONG = Duration.ofMillis(2500);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final TestData data = new TestData();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private ProxyStandIn proxy;

  @SuppressWarnings("NullAway.Init") // by each test
  private LocalDeployment deployment;

  @SuppressWarnings("NullAway.Init") // by each test
  private IdleWatch watch;

  @SuppressWarnings("NullAway.Init") // by each test
  private Future<List<String>> run;

  @BeforeEach
  void prepare() throws Exception {
    proxy = new ProxyStandIn(0);
  }

  @AfterEach
  void end() throws Exception {
    watch.stop();
    assertThat(run.get()).isEmpty();
    proxy.close();
    threads.close();
    data.close();
  }

  private void watch() {
    watch =
        new IdleWatch(
            deployment,
            new PostgresAccess("postgres", "", Duration.ofSeconds(5)),
            new IdleWatch.Plan(proxy.uri(), new IdleTime(IDLE), 1),
            AfterStart.NOTHING);
    run =
        threads.submit(() -> {
          watch.run();
          return watch.stopInstances();
        });
    await().atMost(LIMIT).until(() -> proxy.connections() > 0);
  }

  private void scale(int count) {
    Manage scaled = Manage.local(data.path(), "scale", String.valueOf(count));
    assertThat(scaled.code()).as(scaled.toString()).isZero();
  }

  private List<Integer> running() {
    return IntStream.rangeClosed(1, 5)
        .filter(ordinal -> LocalDeployment.runningPort(data.path(), ordinal).isPresent())
        .boxed()
        .toList();
  }

  private void awaitRunning(Integer... ordinals) {
    await().atMost(LIMIT).until(() -> running().equals(List.of(ordinals)));
  }

  private void staysRunning(Integer... ordinals) {
    await().during(LONG).atMost(LIMIT).until(() -> running().equals(List.of(ordinals)));
  }

  private int count() throws Exception {
    return Integer.parseInt(Files.readString(data.path().resolve(".instance_count")).strip());
  }

  @Test
  void keepsAsManyAsScaledUntilIdleAndThenWakesOne() throws Exception {
    deployment = data.deployment(3);
    deployment.recordWanted(2);
    proxy.demand(1);
    watch();
    awaitRunning(1, 2);
    staysRunning(1, 2);

    proxy.demand(0);
    awaitRunning();
    await().atMost(LIMIT).until(() -> count() == 0);

    proxy.demand(1);
    awaitRunning(1);
    staysRunning(1);
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void oneThatScaleAddsIsStoppedTooWhenIdle() throws Exception {
    deployment = data.deployment(1);
    data.createData(2);
    proxy.demand(1);
    watch();
    awaitRunning(1);
    scale(2);
    staysRunning(1, 2);

    proxy.demand(0);

    awaitRunning();
  }

  @Test
  void whatScaleStartsWithoutAnyDemandEndsAfterTheIdleTime() throws Exception {
    deployment = data.deployment(1);
    data.createData(2);
    watch();

    scale(2);

    awaitRunning();
  }

  @Test
  void whatScaleRemovesIsNotStartedAgainByDemandThatGoesOn() throws Exception {
    deployment = data.deployment(2);
    deployment.recordWanted(2);
    proxy.demand(1);
    watch();
    awaitRunning(1, 2);

    scale(1);

    staysRunning(1);
  }

  @Test
  void whileAnotherChangesTheDeploymentItStartsAndStopsNothing() throws Exception {
    deployment = data.deployment(1);
    Path lock = data.path().resolve("change.lock");
    Files.writeString(lock, "scale 1 (pid 1)\n");
    proxy.demand(1);
    Process holder = hold(lock);
    try {
      watch();
      staysRunning();
    } finally {
      holder.destroyForcibly().waitFor();
    }
    awaitRunning(1);

    holder = hold(lock);
    try {
      proxy.demand(0);
      staysRunning(1);
    } finally {
      holder.destroyForcibly().waitFor();
    }
    awaitRunning();
  }

  /** In a process of its own: locks of one process do not exclude it. */
  private static Process hold(Path lock) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                lock.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(process.inputReader().readLine()).isEqualTo("locked");
    return process;
  }

  /** Until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] args) throws Exception {
      try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
        var _ = channel.lock();
        System.out.println("locked");
        var _ = System.in.read();
      }
    }
  }
}
