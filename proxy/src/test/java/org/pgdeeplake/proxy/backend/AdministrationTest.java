// An operator's word and a check's are two facts: a server has sessions only where both agree.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.pgdeeplake.proxy.backend.AdministrativeState.DRAIN;
import static org.pgdeeplake.proxy.backend.AdministrativeState.MAINT;
import static org.pgdeeplake.proxy.backend.AdministrativeState.READY;
import static org.pgdeeplake.proxy.backend.BackendScene.BAD;
import static org.pgdeeplake.proxy.backend.BackendScene.GOOD;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pgdeeplake.proxy.support.LoggedLines;

class AdministrationTest {
  private final BackendScene scene = new BackendScene(1).up();
  private final Backend backend = scene.backend;

  enum Event {
    GOOD_CHECK,
    BAD_CHECKS,
    READY,
    DRAIN,
    MAINT
  }

  /** The server was up when it came into the state, and has a session. */
  @ParameterizedTest(name = "{0} + {1} -> {2}, active {3}, session closed {4}")
  @CsvSource({
    "READY, GOOD_CHECK, UP,    1, false",
    "READY, BAD_CHECKS, DOWN,  0, false",
    "READY, READY,      UP,    1, false",
    "READY, DRAIN,      DRAIN, 0, false",
    "READY, MAINT,      MAINT, 0, true",
    "DRAIN, GOOD_CHECK, DRAIN, 0, false",
    "DRAIN, BAD_CHECKS, DOWN,  0, false",
    "DRAIN, READY,      UP,    1, false",
    "DRAIN, DRAIN,      DRAIN, 0, false",
    "DRAIN, MAINT,      MAINT, 0, true",
    "MAINT, GOOD_CHECK, MAINT, 0, true",
    "MAINT, BAD_CHECKS, MAINT, 0, true",
    "MAINT, READY,      DOWN,  0, true",
    "MAINT, DRAIN,      DOWN,  0, true",
    "MAINT, MAINT,      MAINT, 0, true"
  })
  void table(
      AdministrativeState in, Event event, String status, int active, boolean sessionClosed) {
    BackendScene.Client session = scene.enter();
    scene.administer(1, in);
    act(event);
    assertThat(scene.server(1).status()).isEqualTo(status);
    assertThat(backend.activeServers()).isEqualTo(active);
    assertThat(scene.server(1).active()).isEqualTo(active == 1);
    assertThat(session.evicted).isEqualTo(sessionClosed ? List.of(session.lease()) : List.of());
    assertThat(scene.enter().served()).isEqualTo(active == 1);
  }

  private void act(Event event) {
    switch (event) {
      case GOOD_CHECK -> scene.check(1, GOOD);
      case BAD_CHECKS -> {
        scene.check(1, BAD);
        scene.check(1, BAD);
      }
      case READY -> scene.administer(1, READY);
      case DRAIN -> scene.administer(1, DRAIN);
      case MAINT -> scene.administer(1, MAINT);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = AdministrativeState.class,
      names = {"DRAIN", "MAINT"})
  void waitersGoOnWaitingUntilItIsReadyAgain(AdministrativeState away) {
    scene.administer(1, away);
    BackendScene.Client waiter = scene.enter();
    assertThat(backend.queued()).isOne();
    scene.administer(1, READY);
    assertThat(scene.asked).contains(scene.server(1));
    if (away == MAINT) {
      assertThat(waiter.served()).isFalse();
      scene.check(1, GOOD);
    }
    assertThat(waiter.served()).isTrue();
  }

  @Test
  void drainedServersAreUpButTheirBackendIsNot() {
    scene.administer(1, DRAIN);
    assertThat(scene.server(1).up()).isTrue();
    assertThat(scene.server(1).uptime().timesDown()).isZero();
    assertThat(backend.uptime().timesDown()).isOne();
    assertThat(backend.uptime().downSeconds()).isPositive();
  }

  @Test
  void maintenanceIsDowntime() {
    scene.administer(1, MAINT);
    assertThat(scene.server(1).uptime().timesDown()).isOne();
    assertThat(backend.uptime().timesDown()).isOne();
    assertThat(scene.server(1).failedChecks()).isZero();
  }

  @Test
  void maintenanceForgetsTheLastCheck() {
    scene.administer(1, MAINT);
    assertThat(scene.server(1).lastCheck().status()).isEqualTo(CheckResult.Status.INI);
    assertThat(scene.server(1).blocked()).isFalse();
  }

  @Test
  void aCheckThatBeganBeforeMaintenanceDoesNotCountAfterIt() {
    int era = scene.server(1).era();
    scene.administer(1, MAINT);
    scene.administer(1, READY);
    backend.findings().checked(scene.server(1), GOOD, era);
    assertThat(backend.activeServers()).isZero();
    backend.findings().checked(scene.server(1), GOOD, scene.server(1).era());
    assertThat(backend.activeServers()).isOne();
  }

  @Test
  void whoIsEvictedKeepsItsPlaceAndHasNotFailed() {
    BackendScene two = new BackendScene(2, 1).up();
    BackendScene.Client first = two.enter();
    BackendScene.Client second = two.enter();
    BackendScene.Client third = two.enter();
    assertThat(third.served()).isFalse();
    two.administer(1, MAINT);
    assertThat(first.lease().revoked()).isTrue();
    first.askAgain();
    assertThat(first.served()).isFalse();
    second.lease().answered();
    assertThat(first.lease().server()).isSameAs(two.server(2));
    assertThat(third.served()).isFalse();
    assertThat(two.server(1).traffic().connectErrorsTotal()).isZero();
  }

  @Test
  void whatAServerInMaintenanceDoesIsNoFailure() {
    BackendScene.Client session = scene.enter();
    scene.administer(1, MAINT);
    scene.administer(1, READY);
    scene.check(1, GOOD);
    session.fail(Failure.Kind.NOT_READY);
    assertThat(scene.server(1).up()).isTrue();
    assertThat(scene.server(1).traffic().connectErrorsTotal()).isZero();
  }

  @Test
  void anOperatorsWordIsAChangeAndNoDowntime() {
    Server server = scene.server(1);
    double aWhile = 0.3;
    await().until(() -> server.uptime().secondsSinceChange() > aWhile);
    scene.administer(1, DRAIN);
    assertThat(server.uptime().secondsSinceChange()).isLessThan(aWhile);
    assertThat(server.uptime().timesDown()).isZero();
  }

  @Test
  void drainOfOneLeavesTheOthers() {
    BackendScene two = new BackendScene(2).up();
    two.administer(1, DRAIN);
    for (int i = 0; i < 4; i++) {
      assertThat(two.enter().lease().server()).isSameAs(two.server(2));
    }
    assertThat(two.backend.activeServers()).isOne();
  }

  @Test
  void theLogSaysItInHaproxysWords() {
    try (LoggedLines lines = new LoggedLines(Backend.class.getName())) {
      scene.administer(1, DRAIN);
      scene.administer(1, DRAIN);
      scene.administer(1, READY);
      scene.administer(1, MAINT);
      scene.administer(1, READY);
      scene.administer(1, MAINT);
      scene.administer(1, DRAIN);
      assertThat(lines.lines())
          .filteredOn(line -> line.startsWith("Server"))
          .containsExactly(
              "Server b/s1 enters drain state. 0 active and 0 backup servers left. 0 sessions active, 0 in queue.",
              "Server b/s1 is UP (leaving forced drain). 1 active and 0 backup servers online. 0 sessions active, 0 in queue.",
              "Server b/s1 is going DOWN for maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 in queue.",
              "Server b/s1 is DOWN/READY (leaving forced maintenance) until its next good check. 0 active and 0 backup servers online. 0 sessions active, 0 in queue.",
              "Server b/s1 was DOWN and now enters maintenance. 0 active and 0 backup servers left. 0 sessions active, 0 in queue.",
              "Server b/s1 is DOWN/DRAIN (leaving forced maintenance). 0 active and 0 backup servers left. 0 sessions active, 0 in queue.");
      assertThat(lines.lines())
          .contains("backend b has no server available; new sessions wait in its queue");
    }
  }

  @Test
  void nobodyGetsAServerOfAPausedBackend() {
    BackendScene paced = new BackendScene(1, 2).up();
    BackendScene.Client served = paced.enter();
    paced.backend.administration().pause();
    paced.backend.administration().pause();
    assertThat(paced.backend.administration().paused()).isTrue();
    List<BackendScene.Client> waiters = List.of(paced.enter(), paced.enter(), paced.enter());
    served.lease().close();
    paced.check(1, GOOD);
    paced.backend.retryWaiters();
    assertThat(waiters).noneMatch(BackendScene.Client::served);
    paced.backend.administration().resume();
    assertThat(paced.backend.administration().paused()).isFalse();
    assertThat(waiters.stream().map(BackendScene.Client::served))
        .containsExactly(true, true, false);
    waiters.getFirst().lease().answered();
    assertThat(waiters.getLast().served()).isTrue();
  }

  @Test
  void aPausedBackendsQueueIsBounded() {
    scene.backend.administration().pause();
    for (int i = 0; i < 100; i++) {
      scene.enter();
    }
    assertThat(
            backend.enter(
                backend.ticket(
                    scene.new Client(), java.net.InetAddress.getLoopbackAddress(), true)))
        .isEqualTo(Backend.Admission.QUEUE_FULL);
  }

  @Test
  void aDrainUntilDownEndsWithItsFall() {
    backend.administration().drainUntilDown(scene.server(1), () -> true);
    assertThat(scene.server(1).administrative()).isEqualTo(DRAIN);
    assertThat(scene.server(1).drainsUntilDown()).isTrue();
    assertThat(scene.server(1).unsettled()).as("checked often").isTrue();
    scene.check(1, GOOD);
    scene.check(1, BAD);
    assertThat(scene.server(1).administrative()).as("it may be back").isEqualTo(DRAIN);
    scene.check(1, BAD);
    assertThat(scene.server(1).administrative()).isEqualTo(READY);
    assertThat(backend.activeServers()).isZero();
    scene.check(1, GOOD);
    assertThat(scene.enter().served()).isTrue();
  }

  /** One proxy may have lost sight of a server on which clients are. */
  @Test
  void aDrainUntilDownOutlastsAFallWithSessions() {
    BackendScene.Client here = scene.enter();
    AtomicBoolean emptyElsewhere = new AtomicBoolean();
    backend.administration().drainUntilDown(scene.server(1), emptyElsewhere::get);
    fall();
    assertThat(scene.server(1).administrative()).as("one is on it").isEqualTo(DRAIN);
    here.lease().close();
    fall();
    assertThat(scene.server(1).administrative()).as("another proxy's is on it").isEqualTo(DRAIN);
    scene.check(1, GOOD);
    emptyElsewhere.set(true);
    assertThat(scene.server(1).administrative()).as("it is up").isEqualTo(DRAIN);
    fall();
    assertThat(scene.server(1).administrative()).isEqualTo(READY);
  }

  private void fall() {
    scene.check(1, BAD);
    scene.check(1, BAD);
  }

  @Test
  void anOperatorsWordIsTheLast() {
    backend.administration().drainUntilDown(scene.server(1), () -> true);
    scene.administer(1, DRAIN);
    scene.check(1, BAD);
    scene.check(1, BAD);
    assertThat(scene.server(1).administrative()).isEqualTo(DRAIN);
    backend.administration().drainUntilDown(scene.server(1), () -> true);
    scene.administer(1, MAINT);
    assertThat(scene.server(1).drainsUntilDown()).isFalse();
  }

  @Test
  void oneThatIsDownAlreadyIsReadyAfterTheNextLook() {
    scene.check(1, BAD);
    scene.check(1, BAD);
    backend.administration().drainUntilDown(scene.server(1), () -> true);
    scene.check(1, BAD);
    assertThat(scene.server(1).administrative()).isEqualTo(READY);
  }
}
