package org.pgdeeplake.proxy.console;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.ColumnType;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/** The values that a Bind brings. */
final class Parameters {
  private static final int INT2 = 21;
  private static final int NAME = 19;
  private static final int UNKNOWN = 705;
  private static final int VARCHAR = 1043;

  private Parameters() {}

  /** Of each parameter: as the client declares it, or text. */
  static List<Integer> types(List<Token> tokens, List<Integer> declared) throws ConsoleException {
    int count = declared.size();
    for (Token token : tokens) {
      if (token.kind() == Token.Kind.PARAMETER) {
        count = Math.max(count, number(token));
      }
    }
    if (count > Limits.PARAMETERS) {
      throw ConsoleException.of(ConsoleException.LIMIT_EXCEEDED, "too many parameters", "");
    }
    List<Integer> types = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int type = i < declared.size() ? declared.get(i) : 0;
      types.add(type == 0 ? ColumnType.TEXT.oid() : type);
    }
    return types;
  }

  private static int number(Token token) throws ConsoleException {
    int number = Integer.parseInt(token.text());
    if (number == 0) {
      throw ConsoleException.of("42P02", "there is no parameter $0", "");
    }
    return number;
  }

  /**
   * None: all are text; one: for all; else one for each.
   *
   * @param of what they are formats of
   * @param count how many there are of those
   */
  static void checkFormats(List<Integer> formats, String of, int count) throws ConsoleException {
    if (formats.size() > 1 && formats.size() != count) {
      throw ConsoleException.of(
          ErrorResponse.PROTOCOL_VIOLATION,
          "bind message has %d %s formats for %d".formatted(formats.size(), of, count),
          "");
    }
    for (int format : formats) {
      if (format != 0 && format != 1) {
        throw ConsoleException.of("22023", "unsupported format code: " + format, "");
      }
    }
  }

  static String value(@Nullable ByteBuf bytes, int type, boolean binary) throws ConsoleException {
    if (bytes == null) {
      throw ConsoleException.of("22004", "a parameter must not be null", "");
    }
    boolean text = type == NAME || type == UNKNOWN || type == VARCHAR;
    if (!binary || text || type == ColumnType.TEXT.oid()) {
      return text(bytes);
    }
    if (type == ColumnType.INT8.oid() && bytes.readableBytes() == Long.BYTES) {
      return String.valueOf(bytes.readLong());
    }
    if (type == ColumnType.INT4.oid() && bytes.readableBytes() == Integer.BYTES) {
      return String.valueOf(bytes.readInt());
    }
    if (type == INT2 && bytes.readableBytes() == Short.BYTES) {
      return String.valueOf(bytes.readShort());
    }
    throw ConsoleException.of(
        ConsoleException.NOT_SUPPORTED,
        "a parameter of type " + type + " cannot be read in binary",
        "Names travel as text, numbers as int2, int4 or int8.");
  }

  private static String text(ByteBuf bytes) throws ConsoleException {
    if (bytes.bytesBefore((byte) 0) >= 0 || !ByteBufUtil.isText(bytes, StandardCharsets.UTF_8)) {
      throw ConsoleException.of("22021", "invalid byte sequence for encoding \"UTF8\"", "");
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  static List<Token> filled(List<Token> tokens, List<String> values) throws ConsoleException {
    List<Token> filled = new ArrayList<>();
    for (Token token : tokens) {
      filled.add(
          token.kind() == Token.Kind.PARAMETER
              ? new Token(Token.Kind.QUOTED, values.get(number(token) - 1))
              : token);
    }
    return filled;
  }
}
