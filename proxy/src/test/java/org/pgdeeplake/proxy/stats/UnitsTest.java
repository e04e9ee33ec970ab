package org.pgdeeplake.proxy.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

// A number on the page has its unit, and no more digits than anybody reads.
class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "999, 999 B",
    "1000, 1.0 kB",
    "9949, 9.9 kB",
    "12345, 12 kB",
    "6067425, 6.1 MB",
    "1234567890123, 1.2 TB",
    "9223372036854775807, 9.2 EB"
  })
  void bytes(long bytes, String text) {
    assertThat(Units.bytes(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 ms",
    "0.0034, 3 ms",
    "0.9994, 999 ms",
    "1, 1.0 s",
    "9.94, 9.9 s",
    "12.7, 12 s",
    "60, 1 min",
    "200, 3 min 20 s",
    "7500, 2 h 5 min",
    "360000, 4 d 4 h",
    "86400, 1 d"
  })
  void times(double seconds, String text) {
    assertThat(Units.time(seconds)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"1, '1 client'", "0, '0 clients'", "12345, '12,345 clients'"})
  void counts(long number, String text) {
    assertThat(Units.count(number, "client")).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource("2026-11-23T00:05:09Z, 00:05:09 UTC, 23 Nov 00:05:09 UTC")
  void moments(Instant moment, String time, String dayAndTime) {
    assertThat(Units.at(moment).markup())
        .isEqualTo("<time datetime=\"2026-11-23T00:05:09Z\">" + time + "</time>");
    assertThat(Units.dayAndTime(moment).markup()).contains(">" + dayAndTime + "<");
  }
}
