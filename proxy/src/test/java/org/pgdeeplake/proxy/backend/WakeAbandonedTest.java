// A wake is abandoned when everybody has given up and nobody comes again while it lingers.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.BAD;
import static org.pgdeeplake.proxy.backend.BackendScene.GOOD;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.wake.Wake;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

class WakeAbandonedTest extends WakesStage {
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
  void whoLeavesOnTheWayHasGivenUp() {
    BackendScene.Client client = scene.enter();
    scene.check(1, GOOD);
    client.lease().close();
    assertThat(told).containsExactly(Phase.ABANDONED);
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
}
