// A server that fails a session costs it nothing but its turn: the session is in its old place, and
// gets whichever server is found to be good.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.BAD;
import static org.pgdeeplake.proxy.backend.BackendScene.GOOD;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.backend.Backend.Admission;
import org.pgdeeplake.proxy.backend.BackendScene.Client;
import org.pgdeeplake.proxy.support.BackendSettings;

class FailedAttemptTest {
  private static BackendScene withoutRedispatch() {
    return new BackendScene(new BackendSettings().servers(2, 0).withoutRedispatch()).up();
  }

  @Test
  void theNextIsForTheOtherServer() {
    BackendScene scene = new BackendScene(2).up();
    Client client = scene.enter();
    Server failed = client.lease().server();
    client.fail(Failure.Kind.REFUSED);
    assertThat(client.lease().server()).isNotSameAs(failed);
    assertThat(failed.traffic().connectErrorsTotal()).isEqualTo(1);
    assertThat(failed.up()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(
      value = Failure.Kind.class,
      names = {"NO_RESOURCES"},
      mode = EnumSource.Mode.EXCLUDE)
  void itDoesNotKeepASessionFromTheOnlyServerThatRuns(Failure.Kind kind) {
    BackendScene scene = new BackendScene(2);
    scene.check(1, GOOD);
    Client client = scene.enter();
    client.fail(kind);
    assertThat(client.served()).isFalse();
    scene.check(1, GOOD);
    assertThat(client.lease().server()).isSameAs(scene.server(1));
  }

  @Test
  void withoutRedispatchADeadServerIsNotWaitedFor() {
    BackendScene scene = withoutRedispatch();
    Client client = scene.enter();
    assertThat(client.lease().server()).isSameAs(scene.server(1));
    client.fail(Failure.Kind.REFUSED);
    scene.check(1, BAD);
    scene.check(1, BAD);
    assertThat(client.lease().server()).isSameAs(scene.server(2));
  }

  @Test
  void withoutRedispatchARetryStaysWithItsServer() {
    BackendScene scene = withoutRedispatch();
    Client client = scene.enter();
    assertThat(client.lease().server()).isSameAs(scene.server(1));
    client.fail(Failure.Kind.REFUSED);
    assertThat(client.served()).isFalse();
    scene.check(1, GOOD);
    assertThat(client.lease().server()).isSameAs(scene.server(1));
  }

  @Test
  void aDoubtfulServerGetsNobodyUntilItsNextGoodCheck() {
    BackendScene scene = new BackendScene(1).up();
    Client client = scene.enter();
    client.fail(Failure.Kind.EARLY_CLOSE);
    assertThat(client.served()).isFalse();
    scene.check(1, BAD);
    assertThat(client.served()).isFalse();
    scene.check(1, GOOD);
    assertThat(client.served()).isTrue();
  }

  @Test
  void aServerThatIsStartingIsDownAtOnce() {
    BackendScene scene = new BackendScene(1).up();
    scene.enter().fail(Failure.Kind.NOT_READY);
    assertThat(scene.backend.activeServers()).isZero();
    assertThat(scene.server(1).lastCheck().status()).isEqualTo(CheckResult.Status.L7RSP);
  }

  @Test
  void aFullServerIsUpAndGetsTheNextWhenASlotIsFree() {
    BackendScene scene = new BackendScene(1).up();
    Client holder = scene.enter();
    Client waiter = scene.enter();
    waiter.fail(Failure.Kind.FULL);
    assertThat(waiter.served()).isFalse();
    assertThat(scene.backend.activeServers()).isEqualTo(1);
    holder.lease().close();
    assertThat(waiter.served()).isTrue();
  }

  @Test
  void aRoundOfFailuresIsFollowedByAPause() {
    BackendScene scene = new BackendScene(new BackendSettings().servers(1, 0).retries(0)).up();
    Client client = scene.enter();
    assertThat(client.fail(Failure.Kind.REFUSED)).isEqualTo(Admission.PAUSED);
    scene.check(1, GOOD);
    assertThat(client.served()).isFalse();
  }
}
