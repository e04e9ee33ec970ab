package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.backend.Backend.Admission;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.BackendTls;
import org.pgdeeplake.proxy.config.CheckConfig;
import org.pgdeeplake.proxy.config.HostPort;

/**
 * A slot goes to the first waiter that can use it; no slot is free while such a waiter is in line,
 * and none is given twice.
 */
class BackendTest {
  private static final CheckResult GOOD = new CheckResult(CheckResult.Status.L7OK, "", 0);
  private static final CheckResult BAD = new CheckResult(CheckResult.Status.L4CON, "", 0);
  private static final InetAddress CLIENT = InetAddress.getLoopbackAddress();

  private int serverLimit;
  private int queueLimit = 100;
  private int perClient;
  private int releaseConcurrency = 32;
  private int retries = 3;
  private boolean redispatch = true;
  private CheckConfig.OnMarkedDown onMarkedDown = CheckConfig.OnMarkedDown.NONE;

  @Test
  void nobodyIsServedBeforeTheFirstGoodCheck() {
    Backend backend = backend(1);
    Client client = enter(backend);
    assertThat(client.lease).isNull();
    assertThat(backend.queued()).isEqualTo(1);
    BackendScene.checked(backend, backend.servers().getFirst(), GOOD);
    assertThat(client.lease).isNotNull();
    assertThat(backend.queued()).isZero();
  }

  @Test
  void waitersAreServedInOrderAndPaced() {
    releaseConcurrency = 2;
    Backend backend = backend(1);
    List<Client> clients = IntStream.range(0, 6).mapToObj(i -> enter(backend)).toList();
    BackendScene.checked(backend, backend.servers().getFirst(), GOOD);
    assertThat(served(clients)).containsExactly(0, 1);
    clients.get(0).lease().answered();
    assertThat(served(clients)).containsExactly(0, 1, 2);
    clients.get(1).lease().close();
    assertThat(served(clients)).containsExactly(0, 1, 2, 3);
  }

  @Test
  void nobodyOvertakesTheQueue() {
    serverLimit = 1;
    Backend backend = up(backend(1));
    Client first = enter(backend);
    Client second = enter(backend);
    first.lease().close();
    Client third = enter(backend);
    assertThat(second.lease).isNotNull();
    assertThat(third.lease).isNull();
  }

  @Test
  void roundRobinGoesToEachServerInTurn() {
    Backend backend = up(backend(3));
    List<String> names =
        IntStream.range(0, 6).mapToObj(i -> enter(backend).lease().server().name()).toList();
    assertThat(names).containsExactly("s1", "s2", "s3", "s1", "s2", "s3");
  }

  @Test
  void theQueueIsBounded() {
    queueLimit = 2;
    perClient = 0;
    Backend backend = backend(1);
    enter(backend);
    enter(backend);
    assertThat(backend.enter(backend.ticket(new Client(), CLIENT, true)))
        .isEqualTo(Admission.QUEUE_FULL);
    BackendScene.checked(backend, backend.servers().getFirst(), GOOD);
    assertThat(enter(backend).lease).isNotNull();
  }

  @Test
  void theQueueIsBoundedForEachClient() throws Exception {
    perClient = 1;
    Backend backend = backend(1);
    enter(backend);
    assertThat(backend.enter(backend.ticket(new Client(), CLIENT, true)))
        .isEqualTo(Admission.CLIENT_LIMIT);
    InetAddress other = InetAddress.getByName("127.0.0.9");
    assertThat(backend.enter(backend.ticket(new Client(), other, true)))
        .isEqualTo(Admission.WAITING);
  }

  @Test
  void whoLeavesIsNotServed() {
    Backend backend = backend(1);
    Client client = enter(backend);
    backend.leave(client.ticket());
    BackendScene.checked(backend, backend.servers().getFirst(), GOOD);
    assertThat(client.lease).isNull();
    assertThat(backend.assigned()).isZero();
  }

  @Test
  void aFailedAttemptGoesToTheOtherServerAndKeepsItsPlace() {
    Backend backend = up(backend(2));
    Client client = enter(backend);
    Server failed = client.lease().server();
    client.fail(backend, Failure.Kind.REFUSED);
    assertThat(client.lease().server()).isNotSameAs(failed);
    assertThat(failed.traffic().connectErrorsTotal()).isEqualTo(1);
    assertThat(failed.up()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Failure.Kind.class,
      names = {"NO_RESOURCES"},
      mode = EnumSource.Mode.EXCLUDE)
  void aFailureDoesNotKeepASessionFromTheOnlyServerThatRuns(Failure.Kind kind) {
    Backend backend = backend(2);
    Server running = backend.servers().getFirst();
    BackendScene.checked(backend, running, GOOD);
    Client client = enter(backend);
    client.fail(backend, kind);
    assertThat(client.lease).isNull();
    BackendScene.checked(backend, running, GOOD);
    assertThat(client.lease().server()).isSameAs(running);
  }

  @Test
  void withoutRedispatchADeadServerIsNotWaitedFor() {
    redispatch = false;
    Backend backend = up(backend(2));
    Client client = enter(backend);
    Server first = client.lease().server();
    client.fail(backend, Failure.Kind.REFUSED);
    BackendScene.checked(backend, first, BAD);
    BackendScene.checked(backend, first, BAD);
    assertThat(client.lease().server()).isNotSameAs(first);
  }

  @Test
  void aRequestThatFollowsCountsAgainAsOpening() {
    releaseConcurrency = 1;
    Backend backend = up(backend(1));
    Client first = enter(backend);
    first.lease().answered();
    first.lease().opening();
    Client second = enter(backend);
    assertThat(second.lease).isNull();
    first.lease().answered();
    assertThat(second.lease).isNotNull();
  }

  @Test
  void closingIsDecidedByChecksAlone() {
    onMarkedDown = CheckConfig.OnMarkedDown.CLOSE_SESSIONS;
    Backend backend = up(backend(1));
    Client hung = enter(backend);
    Client other = enter(backend);
    other.fail(backend, Failure.Kind.NOT_READY);
    assertThat(backend.activeServers()).isZero();
    assertThat(hung.serverDown).isFalse();
    BackendScene.checked(backend, backend.servers().getFirst(), BAD);
    assertThat(hung.serverDown).isFalse();
    BackendScene.checked(backend, backend.servers().getFirst(), BAD);
    assertThat(hung.serverDown).isTrue();
  }

  @Test
  void aDoubtfulServerGetsNobodyUntilItsNextGoodCheck() {
    Backend backend = up(backend(1));
    Client client = enter(backend);
    client.fail(backend, Failure.Kind.EARLY_CLOSE);
    assertThat(client.lease).isNull();
    BackendScene.checked(backend, backend.servers().getFirst(), BAD);
    assertThat(client.lease).isNull();
    BackendScene.checked(backend, backend.servers().getFirst(), GOOD);
    assertThat(client.lease).isNotNull();
  }

  @Test
  void aServerThatIsStartingIsDownAtOnce() {
    Backend backend = up(backend(1));
    Client client = enter(backend);
    client.fail(backend, Failure.Kind.NOT_READY);
    assertThat(backend.activeServers()).isZero();
    assertThat(backend.servers().getFirst().lastCheck().status())
        .isEqualTo(CheckResult.Status.L7RSP);
  }

  @Test
  void aFullServerIsUpAndGetsTheNextWhenASlotIsFree() {
    Backend backend = up(backend(1));
    Client holder = enter(backend);
    Client waiter = enter(backend);
    waiter.fail(backend, Failure.Kind.FULL);
    assertThat(waiter.lease).isNull();
    assertThat(backend.activeServers()).isEqualTo(1);
    holder.lease().close();
    assertThat(waiter.lease).isNotNull();
  }

  @Test
  void withoutRedispatchARetryStaysWithItsServer() {
    redispatch = false;
    Backend backend = up(backend(2));
    Client client = enter(backend);
    Server first = client.lease().server();
    client.fail(backend, Failure.Kind.REFUSED);
    assertThat(client.lease).isNull();
    BackendScene.checked(backend, first, GOOD);
    assertThat(client.lease().server()).isSameAs(first);
  }

  @Test
  void aRoundOfFailuresIsFollowedByAPause() {
    retries = 0;
    Backend backend = up(backend(1));
    Client client = enter(backend);
    assertThat(client.fail(backend, Failure.Kind.REFUSED)).isEqualTo(Admission.PAUSED);
    BackendScene.checked(backend, backend.servers().getFirst(), GOOD);
    assertThat(client.lease).isNull();
  }

  @Test
  void sessionsOfAServerThatFallsAreClosedOnlyWhereThatIsAskedFor() {
    onMarkedDown = CheckConfig.OnMarkedDown.CLOSE_SESSIONS;
    Backend backend = up(backend(1));
    Client client = enter(backend);
    BackendScene.checked(backend, backend.servers().getFirst(), BAD);
    assertThat(client.serverDown).isFalse();
    BackendScene.checked(backend, backend.servers().getFirst(), BAD);
    assertThat(client.serverDown).isTrue();
  }

  @Test
  void leasesAreGivenBackOnce() {
    serverLimit = 1;
    Backend backend = up(backend(1));
    Client client = enter(backend);
    client.lease().close();
    client.lease().close();
    client.lease().failed(new Failure(Failure.Kind.REFUSED, ""));
    assertThat(backend.assigned()).isZero();
    assertThat(backend.servers().getFirst().up()).isTrue();
    enter(backend);
    assertThat(enter(backend).lease).isNull();
  }

  @Test
  void manyThreadsLoseNothing() throws Exception {
    serverLimit = 3;
    releaseConcurrency = 2;
    queueLimit = 10_000;
    Backend backend = up(backend(2));
    int sessions = 4_000;
    CountDownLatch done = new CountDownLatch(sessions);
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < sessions; i++) {
        threads.execute(() ->
            backend.enter(
                backend.ticket(
                    new Waiter() {
                      @Override
                      public void assigned(Lease lease) {
                        threads.execute(() -> {
                          most.accumulateAndGet(backend.assigned(), Math::max);
                          lease.answered();
                          lease.close();
                          done.countDown();
                        });
                      }

                      @Override
                      public void serverDown(Lease lease) {}
                    },
                    CLIENT,
                    true)));
      }
      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(most.get()).isLessThanOrEqualTo(6);
    assertThat(backend.assigned()).isZero();
    assertThat(backend.queued()).isZero();
  }

  private Backend backend(int servers) {
    List<BackendConfig.ServerConfig> configs = new ArrayList<>();
    for (int i = 1; i <= servers; i++) {
      configs.add(
          new BackendConfig.ServerConfig(
              "s" + i, new HostPort("127.0.0.1", 1), serverLimit, false));
    }
    return new Backend(
        new BackendConfig(
            "b",
            configs,
            new CheckConfig(
                CheckConfig.Type.PGSQL,
                "postgres",
                Duration.ofSeconds(2),
                Duration.ofMillis(100),
                Duration.ofSeconds(2),
                1,
                2,
                onMarkedDown),
            new BackendConfig.QueueConfig(queueLimit, perClient, releaseConcurrency),
            new BackendConfig.Timeouts(
                Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofSeconds(120)),
            retries,
            redispatch,
            new BackendTls(BackendTls.Mode.OFF, null, false, null, "TLSv1.2", List.of())));
  }

  private static Backend up(Backend backend) {
    backend.servers().forEach(server -> BackendScene.checked(backend, server, GOOD));
    return backend;
  }

  private static Client enter(Backend backend) {
    Client client = new Client();
    client.ticket = backend.ticket(client, CLIENT, true);
    assertThat(backend.enter(client.ticket)).isEqualTo(Admission.WAITING);
    return client;
  }

  private static Set<Integer> served(List<Client> clients) {
    Set<Integer> served = new HashSet<>();
    for (int i = 0; i < clients.size(); i++) {
      if (clients.get(i).lease != null) {
        served.add(i);
      }
    }
    return served;
  }

  private static final class Client implements Waiter {
    @Nullable Ticket ticket;
    @Nullable Lease lease;
    boolean serverDown;

    @Override
    public void assigned(Lease given) {
      lease = given;
    }

    @Override
    public void serverDown(Lease given) {
      serverDown = true;
    }

    Lease lease() {
      return java.util.Objects.requireNonNull(lease);
    }

    Ticket ticket() {
      return java.util.Objects.requireNonNull(ticket);
    }

    Admission fail(Backend backend, Failure.Kind kind) {
      Lease failed = lease();
      lease = null;
      failed.failed(new Failure(kind, "test"));
      backend.attemptFailed(ticket(), failed.server());
      return backend.enter(ticket());
    }
  }
}
