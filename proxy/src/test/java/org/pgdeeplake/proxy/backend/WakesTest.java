// A wake is one start of a backend, from the first who wants a server to what he gets of it.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.BAD;
import static org.pgdeeplake.proxy.backend.BackendScene.GOOD;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.wake.Wake;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

class WakesTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final BackendScene scene = new BackendScene(2);
  private final Backend backend = scene.backend;
  private final List<Phase> told = new ArrayList<>();

  @BeforeEach
  void listen() {
    backend.tellWakes((name, phase, nanos) -> {
      assertThat(name).isEqualTo("b");
      assertThat(nanos).isPositive();
      // The lock is free.
      assertThat(CompletableFuture.supplyAsync(backend::queued)).succeedsWithin(LIMIT);
      told.add(phase);
    });
  }

  private Wake last() {
    return backend.wakes().getFirst();
  }

  @Test
  void phasesComeInOrder() {
    BackendScene.Client first = scene.enter();
    BackendScene.Client second = scene.enter();
    assertThat(backend.waking()).isTrue();
    assertThat(last().outcome()).isEqualTo(Outcome.WAITING);
    scene.check(1, GOOD);
    assertThat(backend.waking()).isFalse();
    first.lease().answered();
    second.lease().answered();
    second.lease().firstRow();
    first.lease().firstRow();
    assertThat(told).containsExactly(Phase.SERVER_UP, Phase.FIRST_SESSION, Phase.FIRST_ROW);
    assertThat(backend.wakes()).hasSize(1);
    assertThat(last().outcome()).isEqualTo(Outcome.SERVED);
    assertThat(last().waiters()).isEqualTo(2);
    assertThat(last().serverUp()).isLessThan(last().firstSession());
    assertThat(last().firstSession()).isLessThan(last().firstRow());
  }

  @Test
  void withoutDemandAServerThatComesUpIsNoWake() {
    scene.check(1, GOOD);
    scene.enter();
    scene.check(2, GOOD);
    assertThat(backend.wakes()).isEmpty();
  }

  @Test
  void aSecondServerIsNoWake() {
    scene.enter();
    scene.check(1, GOOD);
    scene.check(2, GOOD);
    assertThat(told).containsExactly(Phase.SERVER_UP);
    assertThat(backend.wakes()).hasSize(1);
  }

  @Test
  void whoComesLaterSaysNothingOfIt() {
    BackendScene.Client waiter = scene.enter();
    scene.check(1, GOOD);
    BackendScene.Client later = scene.enter();
    assertThat(later.lease().ofWake()).isFalse();
    later.lease().answered();
    later.lease().firstRow();
    assertThat(told).containsExactly(Phase.SERVER_UP);
    waiter.lease().answered();
    assertThat(told).containsExactly(Phase.SERVER_UP, Phase.FIRST_SESSION);
  }

  @Test
  void whenEverybodyGivesUpItIsAbandoned() {
    BackendScene.Client first = scene.enter();
    BackendScene.Client second = scene.enter();
    first.leave();
    assertThat(told).isEmpty();
    second.leave();
    second.leave();
    assertThat(told).containsExactly(Phase.ABANDONED);
    assertThat(last().outcome()).isEqualTo(Outcome.ABANDONED);
    assertThat(last().serverUp()).isNull();
    scene.check(1, GOOD);
    assertThat(told).containsExactly(Phase.ABANDONED);
    scene.check(1, BAD);
    scene.check(1, BAD);
    scene.enter();
    assertThat(backend.wakes())
        .extracting(Wake::outcome)
        .containsExactly(Outcome.WAITING, Outcome.ABANDONED);
  }

  @Test
  void aProbeWakesNothing() {
    backend.enter(backend.ticket(scene.new Client(), InetAddress.getLoopbackAddress(), false));
    assertThat(backend.queued()).isOne();
    assertThat(backend.wakes()).isEmpty();
  }

  @Test
  void aServerThatComesAndGoesDoesNotMakeTwoOfOne() {
    BackendScene.Client first = scene.enter();
    BackendScene.Client second = scene.enter();
    scene.check(1, GOOD);
    first.fail(Failure.Kind.NOT_READY);
    BackendScene.Client third = scene.enter();
    second.fail(Failure.Kind.EARLY_CLOSE);
    scene.check(1, GOOD);
    third.lease().answered();
    assertThat(backend.wakes()).hasSize(1);
    assertThat(told).containsExactly(Phase.SERVER_UP, Phase.FIRST_SESSION);
  }

  @Test
  void whoWaitsWhenTheLastServerGoesWaitsForAStart() {
    BackendScene paced = new BackendScene(1, 1).up();
    paced.enter();
    paced.enter();
    paced.check(1, BAD);
    assertThat(paced.backend.waking()).isFalse();
    paced.check(1, BAD);
    assertThat(paced.backend.waking()).isTrue();
    assertThat(paced.backend.wakes().getFirst().waiters()).isOne();
  }

  @Test
  void drainedServersDoNotCountAsAwake() {
    scene.up();
    scene.administer(1, AdministrativeState.DRAIN);
    scene.administer(2, AdministrativeState.DRAIN);
    scene.enter();
    assertThat(backend.waking()).isTrue();
    scene.administer(2, AdministrativeState.READY);
    assertThat(told).containsExactly(Phase.SERVER_UP);
  }

  @Test
  void aHundredAreKept() {
    for (int i = 0; i < 101; i++) {
      scene.enter().leave();
    }
    assertThat(backend.wakes()).hasSize(100);
    assertThat(backend.wakes().getFirst().began()).isAfter(backend.wakes().getLast().began());
  }
}
