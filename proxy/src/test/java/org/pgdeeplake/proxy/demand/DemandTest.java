package org.pgdeeplake.proxy.demand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.config.DemandConfig;
import org.pgdeeplake.proxy.demand.Claim.Activity;

/**
 * Demand is what waits, what counts and what gave up a moment ago; nothing else, and never less.
 */
class DemandTest {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger changes = new AtomicInteger();

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  @Test
  void aSessionCountsFromItsRequestToItsEnd() {
    Demand demand = demand(Duration.ofSeconds(30));
    Claim claim = demand.claim("b");
    assertThat(demand.snapshot().demand()).isEqualTo(1);
    assertThat(demand.snapshot().waiting()).isEqualTo(1);
    assertThat(demand.snapshot().waitingByBackend()).containsEntry("b", 1);
    claim.served("s1");
    assertThat(demand.snapshot().demand()).isEqualTo(1);
    assertThat(demand.snapshot().waiting()).isZero();
    assertThat(demand.snapshot().oldestWaiterSeconds()).isZero();
    claim.end(false);
    assertThat(demand.snapshot().demand()).isZero();
    assertThat(changes.get()).isEqualTo(3);
  }

  @Test
  void anIdleSessionIsSeenButDoesNotCount() {
    Demand demand = demand(Duration.ofSeconds(30));
    Claim claim = demand.claim("b");
    claim.served("s1");
    claim.activity(Activity.IDLE);
    claim.idle();
    assertThat(demand.snapshot().demand()).isZero();
    assertThat(demand.snapshot().idle()).isEqualTo(1);
    claim.activity(Activity.BUSY);
    claim.active();
    assertThat(demand.snapshot().demand()).isEqualTo(1);
    assertThat(demand.snapshot().busy()).isEqualTo(1);
  }

  @Test
  void whoGaveUpLingersAndThenNot() {
    Demand demand = demand(Duration.ofMillis(200));
    demand.claim("b").end(true);
    assertThat(demand.snapshot().lingering()).isEqualTo(1);
    assertThat(demand.snapshot().demand()).isEqualTo(1);
    int before = changes.get();
    await().atMost(Duration.ofSeconds(5)).until(() -> changes.get() > before);
    assertThat(demand.snapshot().demand()).isZero();
  }

  @Test
  void aFloodThatGaveUpIsCountedAndCostsNoTimerEach() {
    try (ScheduledThreadPoolExecutor idleTimer = new ScheduledThreadPoolExecutor(1)) {
      Demand demand =
          new Demand(new DemandConfig(Duration.ofMinutes(5), Duration.ofHours(1)), idleTimer);
      for (int i = 0; i < 10_000; i++) {
        demand.claim("b").end(true);
        demand.claim("c").end(true);
      }
      assertThat(demand.snapshot().lingering()).isEqualTo(20_000);
      assertThat(demand.load("b").lingering()).isEqualTo(10_000);
      assertThat(idleTimer.getQueue()).hasSizeLessThanOrEqualTo(2 * 101);
      idleTimer.shutdownNow();
    }
  }

  @Test
  void manyWhoGaveUpWantOneStart() {
    Demand demand = demand(Duration.ofSeconds(30));
    demand.claim("b").end(true);
    demand.claim("b").end(true);
    assertThat(demand.snapshot().lingering()).isEqualTo(2);
    assertThat(demand.snapshot().demand()).isEqualTo(1);
    demand.claim("b");
    assertThat(demand.snapshot().demand()).isEqualTo(1);
  }

  @Test
  void aLoadSaysWhereSessionsCountAndWhatOthersWant() {
    Demand demand = demand(Duration.ofSeconds(30));
    Claim busy = demand.claim("b");
    busy.served("s1");
    Claim idle = demand.claim("b");
    idle.served("s2");
    idle.activity(Activity.IDLE);
    Claim idleForLong = demand.claim("b");
    idleForLong.served("s2");
    idleForLong.activity(Activity.IDLE);
    idleForLong.idle();
    demand.claim("b");
    demand.claim("b").end(true);
    demand.claim("other").served("s9");
    demand.wake();
    Load own = new Load(1, 2, 1, Map.of("s1", 1, "s2", 1));
    assertThat(demand.load("b")).isEqualTo(own);
    assertThat(demand.total("b")).isEqualTo(own);

    demand.others(backend -> new Load(4, 0, 2, Map.of("s2", 2)));
    assertThat(demand.total("b")).isEqualTo(new Load(5, 2, 3, Map.of("s1", 1, "s2", 3)));
    assertThat(demand.total("b").demand()).isEqualTo(9);
  }

  @Test
  void whoWasServedOrRefusedDoesNotLinger() {
    Demand demand = demand(Duration.ofSeconds(30));
    Claim served = demand.claim("b");
    served.served("s1");
    served.end(true);
    demand.claim("b").end(false);
    assertThat(demand.snapshot().demand()).isZero();
  }

  @Test
  void anEndIsTheEnd() {
    Demand demand = demand(Duration.ofSeconds(30));
    Claim claim = demand.claim("b");
    claim.end(false);
    claim.end(false);
    claim.active();
    assertThat(demand.snapshot().demand()).isZero();
  }

  @Test
  void connectionsThatAreNoDemandAreCountedByReason() {
    Demand demand = demand(Duration.ofSeconds(30));
    demand.noWake(NoWake.HTTP);
    demand.noWake(NoWake.HTTP);
    assertThat(demand.snapshot().demand()).isZero();
    assertThat(demand.snapshot().noWake()).containsEntry(NoWake.HTTP, 2L);
    assertThat(demand.snapshot().noWake()).containsEntry(NoWake.SILENCE, 0L);
  }

  @Test
  void aNewConfigurationCountsForWhatComes() throws Exception {
    Demand demand = demand(Duration.ofSeconds(30));
    demand.claim("b").end(true);
    demand.reconfigure(new DemandConfig(Duration.ofMinutes(5), Duration.ofMillis(1)));
    demand.claim("b").end(true);
    await().until(() -> demand.snapshot().lingering() == 1);
    assertThat(demand.snapshot().demand()).as("the one that was promised 30 s").isEqualTo(1);
  }

  private Demand demand(Duration linger) {
    Demand demand = new Demand(new DemandConfig(Duration.ofMinutes(5), linger), timer);
    demand.onChange(changes::incrementAndGet);
    return demand;
  }
}
