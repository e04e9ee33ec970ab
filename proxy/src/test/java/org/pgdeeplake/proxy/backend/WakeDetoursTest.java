// A server that comes and goes before anybody was answered makes no second wake of one.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.BAD;
import static org.pgdeeplake.proxy.backend.BackendScene.GOOD;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.wake.Wake;
import org.pgdeeplake.proxy.wake.Wake.Outcome;
import org.pgdeeplake.proxy.wake.WakeListener.Phase;

class WakeDetoursTest extends WakesStage {
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
}
