package org.pgdeeplake.proxy.postgres;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An ErrorResponse (PostgreSQL manual, 54.7 and 54.8), of severity FATAL unless said otherwise.
 *
 * @param sqlState five characters
 * @param detail empty for none
 * @param hint empty for none
 */
public record ErrorResponse(String sqlState, String message, String detail, String hint) {
  /**
   * The server is starting up, shutting down or recovering. libpq never retries it in plain text.
   */
  public static final String CANNOT_CONNECT_NOW = "57P03";

  public static final String TOO_MANY_CONNECTIONS = "53300";
  public static final String INVALID_AUTHORIZATION = "28000";
  public static final String PROTOCOL_VIOLATION = "08P01";
  public static final String ADMIN_SHUTDOWN = "57P01";
  public static final String CRASH_SHUTDOWN = "57P02";
  public static final String IDLE_SESSION_TIMEOUT = "57P05";

  /** The message type byte. */
  public static final byte TYPE = 'E';

  private static final int HEADER_BYTES = 5;

  public static ErrorResponse fatal(String sqlState, String message) {
    return new ErrorResponse(sqlState, message, "", "");
  }

  /** The whole message, its type and length included. */
  public byte[] encode() {
    return encode("FATAL");
  }

  /**
   * @param severity ERROR where the session goes on
   */
  byte[] encode(String severity) {
    byte[][] fields = {
      field('S', severity),
      field('V', severity),
      field('C', sqlState),
      field('M', message),
      field('D', detail),
      field('H', hint)
    };
    int length = Integer.BYTES + 1;
    for (byte[] field : fields) {
      length += field.length;
    }
    ByteBuffer out = ByteBuffer.allocate(1 + length).put(TYPE).putInt(length);
    for (byte[] field : fields) {
      out.put(field);
    }
    return out.put((byte) 0).array();
  }

  private static byte[] field(char code, String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    byte[] value = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(value.length + 2).put((byte) code).put(value).array();
  }

  /**
   * The value of one field of a complete ErrorResponse that starts at {@code start}.
   *
   * @param code the field's type byte, as {@code C} for the SQLSTATE
   * @return null where the message has no such field
   */
  static @Nullable String field(ByteBuf in, int start, char code) {
    int at = start + HEADER_BYTES;
    int end = start + 1 + in.getInt(start + 1);
    while (at < end && in.getByte(at) != 0) {
      int valueLength = in.bytesBefore(at + 1, end - at - 1, (byte) 0);
      if (valueLength < 0) {
        return null;
      }
      if (in.getByte(at) == code) {
        return in.toString(at + 1, valueLength, StandardCharsets.UTF_8);
      }
      at += valueLength + 2;
    }
    return null;
  }
}
