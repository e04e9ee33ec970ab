package org.pgdeeplake.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rise and fall count as HAProxy's do, but nothing is up before its first good check. */
class HealthCounterTest {
  @ParameterizedTest
  @CsvSource({
    "1, 2, '',     DOWN",
    "1, 2, +,      UP",
    "1, 2, -,      DOWN",
    "1, 2, +-,     UP 1/2",
    "1, 2, +--,    DOWN",
    "1, 2, +-+-,   UP 1/2",
    "1, 2, +--+,   UP",
    "3, 2, '',     DOWN 2/3",
    "3, 2, +,      UP",
    "3, 2, +--+,   DOWN 1/3",
    "3, 2, +--++,  DOWN 2/3",
    "3, 2, +--++-, DOWN",
    "3, 2, +--+++, UP",
    "2, 3, +--,    UP 1/3",
    "1, 1, +-,     DOWN",
  })
  void counts(int rise, int fall, String checks, String expected) {
    HealthCounter counter = new HealthCounter(rise, fall);
    checks.chars().forEach(check -> apply(counter, check));
    assertThat(counter.display("UP")).isEqualTo(expected);
    assertThat(counter.up()).isEqualTo(expected.startsWith("UP"));
    assertThat(counter.changing()).isEqualTo(expected.contains("/"));
  }

  private static void apply(HealthCounter counter, int check) {
    if (check == '+') {
      counter.passed();
    } else {
      counter.failed();
    }
  }
}
