package org.pgdeeplake.proxy.postgres;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/** A type of PostgreSQL and how its values travel (pg_type.dat; the types' send functions). */
public enum ColumnType {
  BOOL(16, 1),
  INT8(20, 8),
  INT4(23, 4),
  TEXT(25, -1),
  FLOAT8(701, 8),
  TIMESTAMPTZ(1184, 8);

  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

  /** As with DateStyle ISO and TimeZone UTC. */
  private static final DateTimeFormatter ISO =
      new DateTimeFormatterBuilder()
          .appendPattern("yyyy-MM-dd HH:mm:ss")
          .appendFraction(ChronoField.MICRO_OF_SECOND, 0, 6, true)
          .appendLiteral("+00")
          .toFormatter()
          .withZone(ZoneOffset.UTC);

  private final int oid;
  private final int bytes;

  ColumnType(int oid, int bytes) {
    this.oid = oid;
    this.bytes = bytes;
  }

  public int oid() {
    return oid;
  }

  /** Of a value in binary; -1 where it varies. */
  int bytes() {
    return bytes;
  }

  /**
   * @param value a Boolean, Long, Integer, String, Double or Instant, as the type says
   */
  byte[] encode(Object value, boolean binary) {
    return binary ? binary(value) : text(value).getBytes(StandardCharsets.UTF_8);
  }

  private String text(Object value) {
    return switch (this) {
      case BOOL -> (Boolean) value ? "t" : "f";
      case INT8, INT4, TEXT -> value.toString();
      case FLOAT8 -> decimal((Double) value);
      case TIMESTAMPTZ -> ISO.format((Instant) value);
    };
  }

  private static String decimal(double value) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    BigDecimal plain = BigDecimal.valueOf(value);
    return plain.signum() == 0 ? "0" : plain.stripTrailingZeros().toPlainString();
  }

  private byte[] binary(Object value) {
    ByteBuffer out = ByteBuffer.allocate(Math.max(bytes, 0));
    return switch (this) {
      case BOOL -> out.put((byte) ((Boolean) value ? 1 : 0)).array();
      case INT8 -> out.putLong((Long) value).array();
      case INT4 -> out.putInt((Integer) value).array();
      case TEXT -> ((String) value).getBytes(StandardCharsets.UTF_8);
      case FLOAT8 -> out.putDouble((Double) value).array();
      case TIMESTAMPTZ -> {
        Duration since = Duration.between(EPOCH, (Instant) value);
        yield out.putLong(since.getSeconds() * 1_000_000 + since.getNano() / 1000).array();
      }
    };
  }
}
