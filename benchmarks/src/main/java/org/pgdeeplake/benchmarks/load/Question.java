package org.pgdeeplake.benchmarks.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A query that PostgreSQL and the load's own server answer alike: so many rows, in each of which is
 * the text of whoever asked. An answer that belongs to somebody else shows.
 *
 * @param text of letters, digits and -
 * @param rows from 1 on
 */
record Question(String text, int rows) {
  private static final Pattern SQL =
      Pattern.compile("SELECT '([a-z0-9-]+)' FROM generate_series\\(1, (\\d{1,6})\\)");
  private static final int TEXT = 25;

  String sql() {
    return "SELECT '%s' FROM generate_series(1, %d)".formatted(text, rows);
  }

  static Optional<Question> parse(String sql) {
    Matcher matcher = SQL.matcher(sql);
    return matcher.matches()
        ? Optional.of(new Question(matcher.group(1), Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /** What a server says: RowDescription, the rows, CommandComplete, ReadyForQuery. */
  ByteBuf answer() {
    ByteBuf out = Unpooled.buffer();
    String column = "?column?";
    out.writeByte('T').writeInt(4 + 2 + column.length() + 1 + 18).writeShort(1);
    Wire.string(out, column);
    out.writeInt(0).writeShort(0).writeInt(TEXT).writeShort(-1).writeInt(-1).writeShort(0);
    for (int i = 0; i < rows; i++) {
      out.writeByte(Wire.ROW).writeInt(4 + row().length).writeBytes(row());
    }
    String tag = tag();
    out.writeByte(Wire.COMPLETE).writeInt(4 + tag.length() + 1);
    Wire.string(out, tag);
    return out.writeBytes(Wire.ready());
  }

  /** The body of each row: one column. */
  byte[] row() {
    return Unpooled.buffer(6 + text.length())
        .writeShort(1)
        .writeInt(text.length())
        .writeBytes(text.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /** What the command's end says. */
  String tag() {
    return "SELECT " + rows;
  }
}
