// With on-marked-down = close-sessions, a server that its own checks take down loses its sessions.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.BAD;

import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.BackendScene.Client;
import org.pgdeeplake.proxy.support.BackendSettings;

class MarkedDownTest {
  private final BackendScene scene =
      new BackendScene(new BackendSettings().servers(1, 0).closing()).up();
  private final Client session = scene.enter();

  @Test
  void sessionsOfAServerThatFallsAreClosed() {
    scene.check(1, BAD);
    assertThat(session.told).isZero();
    scene.check(1, BAD);
    assertThat(session.told).isOne();
  }

  @Test
  void notWhereThatIsNotAskedFor() {
    BackendScene lenient = new BackendScene(1).up();
    Client stays = lenient.enter();
    lenient.check(1, BAD);
    lenient.check(1, BAD);
    assertThat(lenient.server(1).up()).isFalse();
    assertThat(stays.told).isZero();
  }

  @Test
  void itIsDecidedByChecksAlone() {
    scene.enter().fail(Failure.Kind.NOT_READY);
    assertThat(scene.backend.activeServers()).isZero();
    assertThat(session.told).isZero();
    scene.check(1, BAD);
    assertThat(session.told).isZero();
    scene.check(1, BAD);
    assertThat(session.told).isOne();
  }
}
