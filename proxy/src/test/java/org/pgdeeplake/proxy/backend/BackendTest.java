// A slot goes to the first waiter that can use it; no slot is free while such a waiter is in line,
// and none is given twice.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.GOOD;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.BackendScene.Client;
import org.pgdeeplake.proxy.support.BackendSettings;

class BackendTest {
  @Test
  void nobodyIsServedBeforeTheFirstGoodCheck() {
    BackendScene scene = new BackendScene(1);
    Client client = scene.enter();
    assertThat(client.served()).isFalse();
    assertThat(scene.backend.queued()).isEqualTo(1);
    scene.check(1, GOOD);
    assertThat(client.served()).isTrue();
    assertThat(scene.backend.queued()).isZero();
  }

  @Test
  void waitersAreServedInOrderAndPaced() {
    BackendScene scene = new BackendScene(1, 2);
    List<Client> clients = IntStream.range(0, 6).mapToObj(i -> scene.enter()).toList();
    scene.check(1, GOOD);
    assertServed(clients, 2);
    clients.get(0).lease().answered();
    assertServed(clients, 3);
    clients.get(1).lease().close();
    assertServed(clients, 4);
  }

  private static void assertServed(List<Client> clients, int first) {
    assertThat(clients.subList(0, first)).allMatch(Client::served);
    assertThat(clients.subList(first, clients.size())).noneMatch(Client::served);
  }

  @Test
  void nobodyOvertakesTheQueue() {
    BackendScene scene = new BackendScene(new BackendSettings().servers(1, 1)).up();
    Client first = scene.enter();
    Client second = scene.enter();
    first.lease().close();
    Client third = scene.enter();
    assertThat(second.served()).isTrue();
    assertThat(third.served()).isFalse();
  }

  @Test
  void roundRobinGoesToEachServerInTurn() {
    BackendScene scene = new BackendScene(3).up();
    List<String> names =
        IntStream.range(0, 6).mapToObj(i -> scene.enter().lease().server().name()).toList();
    assertThat(names).containsExactly("s1", "s2", "s3", "s1", "s2", "s3");
  }

  @Test
  void whoLeavesIsNotServed() {
    BackendScene scene = new BackendScene(1);
    Client client = scene.enter();
    client.leave();
    scene.check(1, GOOD);
    assertThat(client.served()).isFalse();
    assertThat(scene.backend.assigned()).isZero();
  }

  @Test
  void aRequestThatFollowsCountsAgainAsOpening() {
    BackendScene scene = new BackendScene(1, 1).up();
    Client first = scene.enter();
    first.lease().answered();
    first.lease().opening();
    Client second = scene.enter();
    assertThat(second.served()).isFalse();
    first.lease().answered();
    assertThat(second.served()).isTrue();
  }

  @Test
  void leasesAreGivenBackOnce() {
    BackendScene scene = new BackendScene(new BackendSettings().servers(1, 1)).up();
    Client client = scene.enter();
    client.lease().close();
    client.lease().close();
    client.lease().failed(new Failure(Failure.Kind.REFUSED, ""));
    assertThat(scene.backend.assigned()).isZero();
    assertThat(scene.server(1).up()).isTrue();
    scene.enter();
    assertThat(scene.enter().served()).isFalse();
  }

  @Test
  void manyThreadsLoseNothing() throws Exception {
    Backend backend =
        new BackendScene(new BackendSettings().servers(2, 3).queue(10_000, 0, 2)).up().backend;
    int sessions = 4_000;
    CountDownLatch done = new CountDownLatch(sessions);
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Waiter brief =
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
          };
      for (int i = 0; i < sessions; i++) {
        threads.execute(() -> backend.enter(backend.ticket(brief, BackendScene.CLIENT, true)));
      }
      assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(most.get()).isLessThanOrEqualTo(6);
    assertThat(backend.assigned()).isZero();
    assertThat(backend.queued()).isZero();
  }
}
