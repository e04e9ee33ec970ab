package org.pgdeeplake.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Times are told in order, whatever the order in which they came; nothing is told of none. */
class TimesTest {
  @Test
  void pointsAndDurationsAreOfTheSortedTimes() {
    Times times = Times.of(LongStream.rangeClosed(1, 100).map(i -> 101 - i));

    assertThat(times.count()).isEqualTo(100);
    assertThat(times.span()).isEqualTo(99);
    assertThat(times.tellWhen(new Answer())).hasToString("first=1.0 median=51.0 last=100.0");
    assertThat(times.tellHowLong(new Answer())).hasToString("p50=51.0 p99=100.0 slowest=100.0");
  }

  @Test
  void oneIsEverything() {
    assertThat(Times.of(LongStream.of(7)).tellHowLong(new Answer()))
        .hasToString("p50=7.0 p99=7.0 slowest=7.0");
  }

  @Test
  void ofNoneNothingIsTold() {
    Times none = Times.of(LongStream.empty());

    assertThat(none.span()).isZero();
    assertThat(none.tellWhen(new Answer().with("done", 0))).hasToString("done=0.0");
    assertThat(none.tellHowLong(new Answer().with("done", 0))).hasToString("done=0.0");
  }
}
