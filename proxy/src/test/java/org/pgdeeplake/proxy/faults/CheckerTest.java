package org.pgdeeplake.proxy.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

// Rule: a client may only fail as the faults that its session met allow; anything else is told.
class CheckerTest {
  private final Checker checker = new Checker();

  private static Fault fault(Kind kind, int server) {
    return new Fault(1, kind, server, Duration.ofMillis(1), 0);
  }

  private static Failure failure(long begin, boolean taken, int server, String sqlState) {
    return new Failure("guest", begin, System.nanoTime(), taken, server, sqlState, "");
  }

  @Test
  void whoWasThereMayFail() {
    long begin = System.nanoTime();
    checker.begins(fault(Kind.SERVER_KILLED, 1));
    checker.failed(failure(begin, true, 1, ""));
    checker.healed();
    checker.failed(failure(begin, true, -1, "57P01"));
    assertThat(checker.violations()).isEmpty();
    assertThat(checker.allowed()).hasSize(2);
  }

  @Test
  void nobodyElseMay() {
    long begin = System.nanoTime();
    checker.begins(fault(Kind.SERVER_KILLED, 1));
    checker.failed(failure(begin, false, -1, ""));
    checker.failed(failure(begin, true, 0, ""));
    checker.failed(failure(begin, true, 1, "53300"));
    checker.healed();
    checker.failed(failure(System.nanoTime(), true, 1, ""));
    assertThat(checker.violations()).hasSize(4);
    assertThat(checker.allowed()).isEmpty();
  }

  @Test
  void nobodyMayWhereNothingBreaks() {
    long begin = System.nanoTime();
    checker.begins(fault(Kind.SERVER_FROZEN, 0));
    checker.failed(failure(begin, true, 0, ""));
    assertThat(checker.violations()).hasSize(1);
  }

  @Test
  void everybodyMayWhileTheProxyIsDown() {
    long begin = System.nanoTime();
    checker.begins(fault(Kind.PROXY_KILLED, 0));
    checker.failed(failure(begin, false, -1, ""));
    checker.failed(failure(begin, true, 1, "57P03"));
    assertThat(checker.violations()).isEmpty();
  }

  @Test
  void quietIsAfterTheLastFault() {
    assertThat(checker.quietSince(System.nanoTime())).isTrue();
    checker.begins(fault(Kind.BLACKHOLE, 0));
    long meanwhile = System.nanoTime();
    assertThat(checker.quietSince(meanwhile)).isFalse();
    checker.healed();
    assertThat(checker.quietSince(meanwhile)).isFalse();
    assertThat(checker.quietSince(System.nanoTime())).isTrue();
  }
}
