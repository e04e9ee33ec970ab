package org.pgdeeplake.proxy.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

// Rule: events that come in another order than their times lose nothing of a second's count.
class SessionRateTest {
  @Test
  void anOlderEventAfterANewerOneCountsInTheNewersSecond() {
    SessionRate rate = new SessionRate();
    long second = TimeUnit.SECONDS.toNanos(1_000_000);
    rate.tick(second);
    rate.tick(second + 1);
    rate.tick(second - 1);
    rate.tick(second + 2);
    assertThat(rate.maxPerSecond()).isEqualTo(4);
  }

  @Test
  void anotherSecondBeginsAnew() {
    SessionRate rate = new SessionRate();
    for (int second = 10; second < 20; second++) {
      rate.tick(TimeUnit.SECONDS.toNanos(second));
    }
    assertThat(rate.maxPerSecond()).isOne();
  }
}
