// Values travel as PostgreSQL's own types do, in text and in binary.
package org.pgdeeplake.proxy.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnTypeTest {
  /** The binary ones are what PostgreSQL's int4send, float8send, timestamptz_send, ... give. */
  static Stream<Arguments> values() {
    return Stream.of(
        arguments(ColumnType.BOOL, true, "t", "01"),
        arguments(ColumnType.BOOL, false, "f", "00"),
        arguments(ColumnType.INT4, -2, "-2", "fffffffe"),
        arguments(ColumnType.INT8, 1L << 40, "1099511627776", "0000010000000000"),
        arguments(ColumnType.TEXT, "é", "é", "c3a9"),
        arguments(ColumnType.FLOAT8, 1.5, "1.5", "3ff8000000000000"),
        arguments(ColumnType.FLOAT8, 0.0, "0", "0000000000000000"),
        arguments(ColumnType.FLOAT8, 1e7, "10000000", "416312d000000000"),
        arguments(ColumnType.FLOAT8, Double.NaN, "NaN", "7ff8000000000000"),
        arguments(
            ColumnType.TIMESTAMPTZ,
            Instant.parse("2000-01-01T00:00:01.5Z"),
            "2000-01-01 00:00:01.5+00",
            "000000000016e360"),
        arguments(
            ColumnType.TIMESTAMPTZ,
            Instant.parse("1999-12-31T23:59:59.999999Z"),
            "1999-12-31 23:59:59.999999+00",
            "ffffffffffffffff"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void encodes(ColumnType type, Object value, String text, String binary) {
    assertThat(new String(type.encode(value, false), StandardCharsets.UTF_8)).isEqualTo(text);
    assertThat(HexFormat.of().formatHex(type.encode(value, true))).isEqualTo(binary);
  }
}
