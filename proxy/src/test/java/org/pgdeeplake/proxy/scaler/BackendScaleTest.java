// Scaling in: the highest become spare, empty, and only then fewer are wanted.
package org.pgdeeplake.proxy.scaler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ScalerConfig;
import org.pgdeeplake.proxy.demand.Load;
import org.pgdeeplake.proxy.metrics.Scene;

/** Two servers, one session for each instance, scale-in-after 60 s; the test is the clock. */
class BackendScaleTest {
  private static final String FIRST = "pg-deeplake-1";
  private static final String SECOND = "pg-deeplake-2";
  private static final ScalerConfig CONFIG =
      new ScalerConfig(new HostPort("localhost", 0), 1, 0, 0, Duration.ofSeconds(60), null);
  private static final Load NONE = Load.NONE;
  private static final Load ONE_ON_FIRST = new Load(0, 0, 1, Map.of(FIRST, 1));
  private static final Load ONE_ON_SECOND = new Load(0, 0, 1, Map.of(SECOND, 1));

  private final Scene scene = new Scene();
  private final BackendScale scale = new BackendScale(scene.backend, 0);

  @AfterEach
  void close() {
    scene.close();
  }

  private int wanted(Load load, int second) {
    return scale.look(CONFIG, load, TimeUnit.SECONDS.toNanos(second)).wanted();
  }

  private List<String> spare() {
    return scene.backend.servers().stream().filter(Server::spare).map(Server::name).toList();
  }

  @Test
  void theOneThatIsUpIsWantedUntilItTakesNobodyAndNobodyIsOnIt() {
    scene.up(1);
    scene.up(2);
    assertThat(wanted(ONE_ON_SECOND, 0)).isEqualTo(2);
    assertThat(wanted(ONE_ON_FIRST, 59)).as("somebody may come to the second").isEqualTo(2);
    assertThat(spare()).isEmpty();
    assertThat(wanted(ONE_ON_SECOND, 60)).isEqualTo(2);
    assertThat(spare()).containsExactly(SECOND);
    assertThat(wanted(ONE_ON_FIRST, 61)).as("another proxy may not know yet").isEqualTo(2);
    assertThat(wanted(ONE_ON_SECOND, 80)).as("somebody is on it").isEqualTo(2);
    assertThat(wanted(ONE_ON_FIRST, 81)).isEqualTo(1);
  }

  @Test
  void newSessionsGoToTheOthersWhileAnotherIsUp() {
    scene.up(1);
    scene.up(2);
    wanted(NONE, 0);
    wanted(NONE, 60);
    assertThat(spare()).containsExactly(SECOND);
    for (int i = 0; i < 4; i++) {
      scene.enter();
    }
    assertThat(scene.server(1).sessions()).isEqualTo(4);
    scene.checked(1, Status.L4CON, "");
    scene.checked(1, Status.L4CON, "");
    scene.enter();
    assertThat(scene.server(2).sessions()).isEqualTo(1);
    scene.up(1);
    scene.backend.administration().administer(scene.server(1), AdministrativeState.DRAIN);
    scene.enter();
    assertThat(scene.server(2).sessions()).isEqualTo(2);
  }

  @Test
  void loadBringsThemBackAtOnce() {
    scene.up(1);
    scene.up(2);
    wanted(NONE, 0);
    wanted(NONE, 60);
    assertThat(spare()).containsExactly(SECOND);
    assertThat(wanted(new Load(1, 0, 1, Map.of(FIRST, 1)), 61)).isEqualTo(2);
    assertThat(spare()).isEmpty();
  }

  @Test
  void whoWaitsInVainBringsThemBack() {
    scene.up(1);
    scene.up(2);
    wanted(NONE, 0);
    wanted(NONE, 60);
    wanted(NONE, 61);
    // As if the first were full: it takes nobody, and is up.
    for (int i = 0; i < 33; i++) {
      scene.enter();
    }
    assertThat(scene.backend.queued()).isEqualTo(1);
    assertThat(spare()).containsExactly(SECOND);
    wanted(ONE_ON_FIRST, 62);
    assertThat(spare()).isEmpty();
    assertThat(scene.backend.queued()).isZero();
    assertThat(scene.server(2).sessions()).isEqualTo(1);
  }

  @Test
  void oneThatIsDownOrTakesNobodyIsNotHeld() {
    scene.up(1);
    assertThat(wanted(ONE_ON_FIRST, 0)).isEqualTo(1);
    scene.up(2);
    assertThat(wanted(ONE_ON_FIRST, 1)).isEqualTo(2);
    scene.backend.administration().administer(scene.server(2), AdministrativeState.DRAIN);
    assertThat(wanted(ONE_ON_FIRST, 2)).isEqualTo(1);
    assertThat(wanted(ONE_ON_SECOND, 3)).isEqualTo(2);
  }

  @Test
  void switchedOffAllAreEqual() {
    scene.up(1);
    scene.up(2);
    wanted(NONE, 0);
    wanted(NONE, 60);
    assertThat(spare()).containsExactly(SECOND);
    scale.end();
    assertThat(spare()).isEmpty();
  }

  @Test
  void whereNoneIsUpNoneIsSpare() {
    wanted(NONE, 0);
    wanted(NONE, 60);
    assertThat(spare()).isEmpty();
  }
}
