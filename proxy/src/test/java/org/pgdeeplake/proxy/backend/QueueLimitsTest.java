// The queue has a length, in all and for one client; who comes when it is full is refused at once.
package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.proxy.backend.BackendScene.CLIENT;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.Backend.Admission;
import org.pgdeeplake.proxy.support.BackendSettings;

class QueueLimitsTest {
  @Test
  void itIsBounded() {
    BackendScene scene = new BackendScene(new BackendSettings().servers(1, 0).queue(2, 0, 32));
    scene.enter();
    scene.enter();
    assertThat(scene.enter(CLIENT)).isEqualTo(Admission.QUEUE_FULL);
    scene.check(1, BackendScene.GOOD);
    assertThat(scene.enter().served()).isTrue();
  }

  @Test
  void itIsBoundedForEachClient() {
    BackendScene scene = new BackendScene(new BackendSettings().servers(1, 0).queue(100, 1, 32));
    scene.enter();
    assertThat(scene.enter(CLIENT)).isEqualTo(Admission.CLIENT_LIMIT);
    assertThat(scene.enter(InetAddress.ofLiteral("127.0.0.9"))).isEqualTo(Admission.WAITING);
  }

  @Test
  void anotherAddressOfTheSameNetworkIsTheSameClient() {
    BackendScene scene = new BackendScene(new BackendSettings().servers(1, 0).queue(100, 1, 32));
    assertThat(scene.enter(InetAddress.ofLiteral("2001:db8::1"))).isEqualTo(Admission.WAITING);
    assertThat(scene.enter(InetAddress.ofLiteral("2001:db8::a:2")))
        .isEqualTo(Admission.CLIENT_LIMIT);
    assertThat(scene.enter(InetAddress.ofLiteral("2001:db8:0:1::1"))).isEqualTo(Admission.WAITING);
  }
}
