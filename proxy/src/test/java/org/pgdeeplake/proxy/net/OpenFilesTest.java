package org.pgdeeplake.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

// Rule: sessions get two files each, and leave a reserve to all that is no session.
class OpenFilesTest {
  @ParameterizedTest
  @CsvSource({
    "64, 0, 32, 16, 8",
    "256, 0, 128, 64, 32",
    "1024, 2, 512, 256, 128",
    "4096, 2, 888, 1604, 222",
    "20000, 10, 888, 9556, 222",
    "20000, 40, 918, 9541, 229",
    "100000, 10, 1000, 49500, 250",
    "1048576, 10, 1024, 523776, 256",
  })
  void shares(long limit, int servers, long reserve, int sessions, int guests) {
    OpenFiles files = new OpenFiles(limit, servers);
    assertThat(files.reserve()).isEqualTo(reserve);
    assertThat(files.sessions()).isEqualTo(sessions);
    assertThat(files.guests()).isEqualTo(guests);
  }

  @ParameterizedTest
  @ValueSource(longs = {1776, 20_000, 1_048_576})
  void theReserveHasRoomForAllThatOperatorsMayOpen(long limit) {
    OpenFiles files = new OpenFiles(limit, 10);
    int checks = 10;
    int jvm = 150;
    assertThat(files.reserve())
        .isGreaterThanOrEqualTo(OpenFiles.OPERATORS + files.guests() + checks + jvm);
  }

  @Test
  void withoutALimitThereAreEnough() {
    assertThat(new OpenFiles(Long.MAX_VALUE, 2).sessions()).isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"1024, 10000", "20000, 10000", "1024, 600", "4096, 100000", "600, 151"})
  void whatItAsksForIsEnough(long limit, long wanted) {
    String said = new OpenFiles(limit, 2).shortage(wanted).orElseThrow();
    long asked = Long.parseLong(said.substring(said.lastIndexOf(' ') + 1));
    assertThat(new OpenFiles(asked, 2).shortage(wanted)).isEmpty();
    assertThat(new OpenFiles(asked - 10, 2).shortage(wanted))
        .as("no more than needed")
        .isNotEmpty();
  }

  @Test
  void nothingIsSaidWhereThereAreEnough() {
    assertThat(new OpenFiles(20_000, 2).shortage(9_556)).isEmpty();
    assertThat(new OpenFiles(20_000, 2).shortage(9_557))
        .hasValueSatisfying(said -> assertThat(said).contains("9556 sessions", "of 9557"));
  }
}
