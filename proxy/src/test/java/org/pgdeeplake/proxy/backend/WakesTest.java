// A wake is one start of a backend, from the first who wants a server to what he gets of it.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.BAD;
import static org.pgdeeplake.proxy.backend.BackendScene.GOOD;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.wake.Wake;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

class WakesTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final BackendScene scene = new BackendScene(2);
  private final Backend backend = scene.backend;
  private final List<Phase> told = new ArrayList<>();
  private final Map<Phase, Long> nanosOf = new EnumMap<>(Phase.class);

  @BeforeEach
  void listen() {
    backend.tellWakes((name, phase, nanos) -> {
      assertThat(name).isEqualTo("b");
      assertThat(nanos).isPositive();
      // The lock is free.
      assertThat(CompletableFuture.supplyAsync(backend::queued)).succeedsWithin(LIMIT);
      told.add(phase);
      nanosOf.put(phase, nanos);
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
    assertThat(backend.waking()).isTrue();
    assertThat(last().outcome()).isEqualTo(Outcome.WAITING);
    first.lease().answered();
    assertThat(backend.waking()).isFalse();
    second.lease().answered();
    second.lease().firstRow(0);
    first.lease().firstRow(0);
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
    Duration up = last().serverUp();
    scene.check(2, GOOD);
    assertThat(last().serverUp()).isEqualTo(up);
    assertThat(backend.wakes()).hasSize(1);
  }

  @Test
  void whoComesLaterSaysNothingOfIt() {
    BackendScene.Client waiter = scene.enter();
    scene.check(1, GOOD);
    BackendScene.Client later = scene.enter();
    assertThat(later.lease().ofWake()).isFalse();
    later.lease().answered();
    later.lease().firstRow(0);
    assertThat(told).isEmpty();
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
    assertThat(last().serverUp()).isPositive();
  }

  @Test
  void aServerThatComesAndGoesAndNobodyWasAnsweredIsNoStart() {
    BackendScene.Client client = scene.enter();
    scene.check(1, GOOD);
    client.fail(Failure.Kind.NOT_READY);
    assertThat(backend.waking()).isTrue();
    client.leave();
    assertThat(backend.waking()).isFalse();
    assertThat(told).containsExactly(Phase.ABANDONED);
    assertThat(last().outcome()).isEqualTo(Outcome.ABANDONED);
  }

  @Test
  void theServerThatCountsIsTheLastBeforeTheAnswer() {
    BackendScene.Client client = scene.enter();
    scene.check(1, GOOD);
    Duration inVain = last().serverUp();
    client.fail(Failure.Kind.NOT_READY);
    scene.check(1, GOOD);
    client.lease().answered();
    assertThat(last().serverUp()).isGreaterThan(inVain).isLessThan(last().firstSession());
    assertThat(told).containsExactly(Phase.SERVER_UP, Phase.FIRST_SESSION);
  }

  @Test
  void whoLeavesOnTheWayHasGivenUp() {
    BackendScene.Client client = scene.enter();
    scene.check(1, GOOD);
    client.lease().close();
    assertThat(told).containsExactly(Phase.ABANDONED);
  }

  @Test
  void whoIsEvictedOnTheWayWaitsOn() {
    BackendScene.Client client = scene.enter();
    scene.check(1, GOOD);
    scene.administer(1, AdministrativeState.MAINT);
    client.askAgain();
    assertThat(backend.waking()).isTrue();
    scene.check(2, GOOD);
    client.lease().answered();
    assertThat(backend.wakes()).hasSize(1);
    assertThat(told).containsExactly(Phase.SERVER_UP, Phase.FIRST_SESSION);
  }

  @Test
  void whoseWakeIsOverWhenTheServerGoesWaitsForTheNext() {
    BackendScene paced = new BackendScene(1, 1);
    BackendScene.Client first = paced.enter();
    BackendScene.Client second = paced.enter();
    BackendScene.Client third = paced.enter();
    paced.check(1, GOOD);
    first.lease().answered();
    assertThat(second.served()).isTrue();
    paced.check(1, BAD);
    paced.check(1, BAD);
    assertThat(paced.backend.waking()).isTrue();
    assertThat(paced.backend.wakes())
        .extracting(Wake::outcome)
        .containsExactly(Outcome.WAITING, Outcome.SERVED);
    second.lease().answered();
    assertThat(paced.backend.waking()).as("that was the first").isTrue();
    paced.check(1, GOOD);
    third.lease().answered();
    assertThat(paced.backend.wakes())
        .extracting(Wake::outcome)
        .containsExactly(Outcome.SERVED, Outcome.SERVED);
  }

  @Test
  void theTimeToAskDoesNotCount() {
    BackendScene.Client client = scene.enter();
    scene.check(1, GOOD);
    client.lease().answered();
    Duration before = Objects.requireNonNull(last().firstSession());
    client.lease().firstRow(before.toNanos());
    Duration without = Objects.requireNonNull(last().firstRow());
    assertThat(without).isPositive();
    assertThat(without.plus(before)).isGreaterThan(before);
    assertThat(nanosOf.get(Phase.FIRST_ROW)).isEqualTo(without.toNanos());
  }

  @Test
  void impatientClientsMakeOneStart() {
    backend.lingerWakes(() -> Duration.ofHours(1));
    scene.enter().leave();
    assertThat(backend.waking()).isFalse();
    assertThat(last().outcome()).isEqualTo(Outcome.WAITING);
    scene.enter().leave();
    BackendScene.Client patient = scene.enter();
    assertThat(backend.waking()).isTrue();
    scene.check(1, GOOD);
    patient.lease().answered();
    assertThat(backend.wakes()).hasSize(1);
    assertThat(last().waiters()).isOne();
    assertThat(told).containsExactly(Phase.SERVER_UP, Phase.FIRST_SESSION);
  }

  @Test
  void whoComesAgainWhenTheServerIsUpIsServedByThatStart() {
    backend.lingerWakes(() -> Duration.ofHours(1));
    scene.enter().leave();
    scene.check(1, GOOD);
    assertThat(told).isEmpty();
    BackendScene.Client again = scene.enter();
    assertThat(again.lease().ofWake()).isTrue();
    assertThat(scene.enter().lease().ofWake()).isFalse();
    again.lease().answered();
    assertThat(told).containsExactly(Phase.SERVER_UP, Phase.FIRST_SESSION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"LOOKED_AT", "ASKED_FOR", "WANTED"})
  void itIsAbandonedWhenNobodyComesAgain(String found) {
    AtomicReference<Duration> linger = new AtomicReference<>(Duration.ofHours(1));
    backend.lingerWakes(linger::get);
    scene.enter().leave();
    linger.set(Duration.ofNanos(1));
    assertThat(told).isEmpty();
    switch (found) {
      case "LOOKED_AT" -> assertThat(last().outcome()).isEqualTo(Outcome.ABANDONED);
      case "ASKED_FOR" -> assertThat(backend.waking()).isFalse();
      default -> {
        scene.enter();
        assertThat(backend.wakes()).hasSize(2);
      }
    }
    assertThat(told).containsExactly(Phase.ABANDONED);
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
