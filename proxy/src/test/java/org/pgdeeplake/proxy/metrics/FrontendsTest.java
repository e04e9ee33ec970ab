package org.pgdeeplake.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.traffic.FrontendTraffic;

// Rule: a frontend that is gone counts in the sums for ever, and is kept only while it has
// sessions.
class FrontendsTest {
  private final Frontends frontends = new Frontends();

  private FrontendTraffic removed(Scene scene) {
    FrontendTraffic traffic = new FrontendTraffic();
    frontends.register(scene.frontend, traffic, () -> true);
    traffic.opened();
    traffic.traffic().out(500);
    frontends.retain(Set.of());
    return traffic;
  }

  private void quiet() {
    for (int i = 0; i <= Frontends.QUIET_TICKS; i++) {
      frontends.tick();
    }
  }

  @Test
  void sumsOutliveTheFrontend() {
    try (Scene scene = new Scene()) {
      for (int i = 0; i < 3; i++) {
        removed(scene).closed();
      }
      assertThat(frontends.leaving()).isEqualTo(3);
      quiet();
      assertThat(frontends.leaving()).isZero();
      assertThat(frontends.sessionsTotal()).isEqualTo(3);
      assertThat(frontends.bytesOutTotal()).isEqualTo(1500);
      assertThat(frontends.maxSessionsPerSecond()).isOne();
      assertThat(frontends.current()).isZero();
      assertThat(frontends.maxConnections()).isZero();
    }
  }

  @Test
  void whatASessionStillDoesCounts() {
    try (Scene scene = new Scene()) {
      FrontendTraffic traffic = removed(scene);
      quiet();
      assertThat(frontends.current()).isOne();
      traffic.traffic().out(500);
      assertThat(frontends.bytesOutTotal()).isEqualTo(1000);
      traffic.closed();
      quiet();
      assertThat(frontends.leaving()).isZero();
      assertThat(frontends.bytesOutTotal()).isEqualTo(1000);
    }
  }
}
