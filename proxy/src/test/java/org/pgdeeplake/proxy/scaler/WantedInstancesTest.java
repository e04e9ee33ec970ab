// As many instances as the load needs, and none goes that somebody is on.
package org.pgdeeplake.proxy.scaler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pgdeeplake.proxy.config.HostPort;
import org.pgdeeplake.proxy.config.ScalerConfig;
import org.pgdeeplake.proxy.demand.Load;

class WantedInstancesTest {
  private static final int SERVERS = 8;

  private static WantedInstances wanted(int perInstance, int min, int max) {
    return WantedInstances.of(
        new ScalerConfig(
            new HostPort("localhost", 0), perInstance, min, max, Duration.ofSeconds(60), null),
        SERVERS);
  }

  @ParameterizedTest(
      name = "waiting {0}, lingering {1}, busy {2}, idle {3}, highest {4}, min {5}, max {6} -> {7}")
  @CsvSource({
    // Nothing: nothing is wanted, whatever the least is.
    "0, 0, 0, 0, -1, 0, 0, 0",
    "0, 0, 0, 0, -1, 2, 0, 0",
    "0, 0, 0, 0,  4, 0, 0, 0",
    // The first session, and one that has given up.
    "1, 0, 0, 0, -1, 0, 0, 1",
    "0, 1, 0, 0, -1, 0, 0, 1",
    // One that is idle but counts keeps one.
    "0, 0, 0, 1,  0, 0, 0, 1",
    // Rounded up; waiting and busy together.
    "10, 0, 0, 0, -1, 0, 0, 1",
    "11, 0, 0, 0, -1, 0, 0, 2",
    "5, 0, 15, 0, 0, 0, 0, 2",
    "5, 0, 16, 0, 0, 0, 0, 3",
    "0, 0, 5, 90, 0, 0, 0, 1",
    // Whoever is on the highest keeps all below it.
    "0, 0, 1, 0,  5, 0, 0, 6",
    "0, 0, 1, 0,  0, 0, 0, 1",
    // The bounds; without a greatest one it is the number of servers.
    "1, 0, 0, 0, -1, 3, 0, 3",
    "500, 0, 0, 0, -1, 0, 0, 8",
    "500, 0, 0, 0, -1, 0, 20, 20",
    "0, 0, 1, 0,  5, 0, 4, 4"
  })
  void table(
      int waiting,
      int lingering,
      int busy,
      int idle,
      int highest,
      int min,
      int max,
      int instances) {
    Map<String, Integer> counted = busy + idle == 0 ? Map.of() : Map.of("s0", busy + idle);
    Load load = new Load(waiting, lingering, busy, counted);
    assertThat(wanted(10, min, max).safe(load, highest)).isEqualTo(instances);
  }

  /** desired = ceil(value / 1), and nothing where value / present is within 10 % of 1. */
  private static int hpa(double value, int present) {
    double ratio = value / present;
    return Math.abs(1 - ratio) <= 0.1 ? present : (int) Math.ceil(value);
  }

  @Test
  void hpaComesToAsManyDespiteItsTolerance() {
    for (int present = 1; present <= 18; present++) {
      for (int wanted = 1; wanted <= present; wanted++) {
        assertThat(hpa(WantedInstances.published(wanted, present), present))
            .as("%d of %d", wanted, present)
            .isEqualTo(wanted);
      }
    }
    assertThat(hpa(9, 10)).as("why it is not simply the number").isEqualTo(10);
    assertThat(WantedInstances.published(0, 3)).isZero();
    assertThat(WantedInstances.published(3, 0)).isEqualTo(3);
  }

  @ParameterizedTest(name = "{0}: {1} is at {2}")
  @CsvSource({
    "pg-deeplake-1 pg-deeplake-2, pg-deeplake-2, 1",
    "pg-0 pg-1 pg-2, pg-0, 0",
    "pg-10 pg-9 pg-11, pg-11, 2",
    // One that the configuration no longer has.
    "pg-0 pg-1, pg-7, 7",
    "pg-1 pg-2, pg-0,",
    "pg-1 pg-2, other,",
    // By their order, where not all have numbers, or none can be one.
    "b a, a, 1",
    "first pg-7, pg-7, 1",
    "first pg-7, pg-9,",
    "pg-99999999999 pg-1, pg-1, 1"
  })
  void positions(String servers, String name, Integer position) {
    assertThat(new Positions(List.of(servers.split(" "))).of(name))
        .isEqualTo(position == null ? OptionalInt.empty() : OptionalInt.of(position));
  }

  @Test
  void fewerOnlyAfterAWhileAndMoreAtOnce() {
    ScaleIn scaleIn = new ScaleIn(0);
    assertThat(scaleIn.keep(1, 60, 0)).as("nothing is known").isEqualTo(ScaleIn.ALL);
    assertThat(scaleIn.keep(3, 60, 30)).isEqualTo(ScaleIn.ALL);
    assertThat(scaleIn.keep(1, 60, 59)).isEqualTo(ScaleIn.ALL);
    assertThat(scaleIn.keep(1, 60, 60)).as("the most of a whole while").isEqualTo(3);
    assertThat(scaleIn.keep(2, 60, 119)).isEqualTo(3);
    assertThat(scaleIn.keep(3, 60, 119)).as("needed: the while begins anew").isEqualTo(3);
    assertThat(scaleIn.keep(1, 60, 178)).isEqualTo(3);
    assertThat(scaleIn.keep(0, 60, 179)).as("never none").isEqualTo(1);
    assertThat(scaleIn.keep(2, 60, 180)).isEqualTo(2);
    scaleIn.all(181);
    assertThat(scaleIn.keep(0, 60, 240)).isEqualTo(ScaleIn.ALL);
    assertThat(scaleIn.keep(0, 60, 241)).isEqualTo(1);
  }
}
