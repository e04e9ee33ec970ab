// A wake is one start of a backend, from the first who wants a server to what he gets of it.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.BAD;
import static org.pgdeeplake.proxy.backend.BackendScene.GOOD;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

class WakesTest extends WakesStage {
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
  void aProbeWakesNothing() {
    backend.enter(backend.ticket(scene.new Client(), InetAddress.getLoopbackAddress(), false));
    assertThat(backend.queued()).isOne();
    assertThat(backend.wakes()).isEmpty();
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
  void aHundredAreKept() {
    for (int i = 0; i < 101; i++) {
      scene.enter().leave();
    }
    assertThat(backend.wakes()).hasSize(100);
    assertThat(backend.wakes().getFirst().began()).isAfter(backend.wakes().getLast().began());
  }
}
