package org.pgdeeplake.proxy.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

// Rule: sessions get two files each, and leave a reserve to all that is no session.
class OpenFilesTest {
  @ParameterizedTest
  @CsvSource({
    "64, 0, 32, 16, 8",
    "256, 0, 128, 64, 32",
    "1024, 2, 192, 416, 48",
    "20000, 10, 200, 9900, 50",
    "20000, 40, 230, 9885, 57",
    "1048576, 10, 1024, 523776, 256",
  })
  void shares(long limit, int servers, long reserve, int sessions, int guests) {
    OpenFiles files = OpenFiles.of(limit, servers);
    assertThat(files.reserve()).isEqualTo(reserve);
    assertThat(files.sessions()).isEqualTo(sessions);
    assertThat(files.guests()).isEqualTo(guests);
  }

  @Test
  void withoutALimitThereAreEnough() {
    assertThat(OpenFiles.of(Long.MAX_VALUE, 2).sessions()).isEqualTo(Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource({"1024, 10000", "20000, 10000", "1024, 600", "4096, 100000"})
  void whatItAsksForIsEnough(long limit, long wanted) {
    String said = OpenFiles.of(limit, 2).shortage(wanted).orElseThrow();
    long asked = Long.parseLong(said.substring(said.lastIndexOf(' ') + 1));
    assertThat(OpenFiles.of(asked, 2).shortage(wanted)).isEmpty();
    assertThat(OpenFiles.of(asked - 10, 2).shortage(wanted)).as("no more than needed").isNotEmpty();
  }

  @Test
  void nothingIsSaidWhereThereAreEnough() {
    assertThat(OpenFiles.of(20_000, 2).shortage(9_900)).isEmpty();
    assertThat(OpenFiles.of(20_000, 2).shortage(9_901))
        .hasValueSatisfying(said -> assertThat(said).contains("9900 sessions", "of 9901"));
  }
}
