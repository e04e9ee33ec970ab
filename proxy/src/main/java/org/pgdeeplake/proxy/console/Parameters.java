package org.pgdeeplake.proxy.console;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.ColumnType;

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

  static String value(@Nullable ByteBuf bytes, int type, boolean binary) throws ConsoleException {
    if (bytes == null) {
      throw ConsoleException.of("22004", "a parameter must not be null", "");
    }
    boolean text = type == NAME || type == UNKNOWN || type == VARCHAR;
    if (!binary || text || type == ColumnType.TEXT.oid()) {
      return bytes.toString(StandardCharsets.UTF_8);
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
