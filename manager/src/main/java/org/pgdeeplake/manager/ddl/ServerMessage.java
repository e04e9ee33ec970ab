package org.pgdeeplake.manager.ddl;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.manager.sql.Script;
import org.postgresql.util.ServerErrorMessage;

/** What the server says of a statement, in the form of psql. */
final class ServerMessage {
  /** Columns of a line of SQL, as psql shows them. */
  private static final int WIDTH = 60;

  private static final String CUT = "...";

  private ServerMessage() {}

  /** Of a failure; several lines, without an end of line behind the last. */
  static String error(ServerErrorMessage message, Script script, Script.Part part) {
    StringBuilder text = new StringBuilder(notice(message, script, part));
    append(text, "SQLSTATE", message.getSQLState());
    return text.toString();
  }

  /** Of what the server tells beside it. */
  static String notice(ServerErrorMessage message, Script script, Script.Part part) {
    StringBuilder text = new StringBuilder();
    text.append(message.getSeverity()).append(":  ").append(message.getMessage());
    if (message.getPosition() > 0) {
      int offset = script.offset(part, message.getPosition());
      text.append(excerpt(script.source(), script.line(offset), offset));
    }
    append(text, "DETAIL", message.getDetail());
    append(text, "HINT", message.getHint());
    append(text, "QUERY", message.getInternalQuery());
    append(text, "CONTEXT", message.getWhere());
    return text.toString();
  }

  private static void append(StringBuilder text, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      text.append('\n').append(name).append(":  ").append(value);
    }
  }

  /** The line, or a part of a long one, and a caret below the place. */
  static String excerpt(String source, int number, int offset) {
    int begin = offset;
    while (begin > 0 && !isLineEnd(source.charAt(begin - 1))) {
      begin--;
    }
    int end = offset;
    while (end < source.length() && !isLineEnd(source.charAt(end))) {
      end++;
    }
    int[] line = source.substring(begin, end).codePoints().map(c -> c == '\t' ? ' ' : c).toArray();
    int caret = source.codePointCount(begin, offset);
    int from = line.length <= WIDTH ? 0 : Math.clamp(caret - WIDTH / 2L, 0, line.length - WIDTH);
    int to = Math.min(line.length, from + WIDTH);
    String label = "LINE " + number + ": " + (from > 0 ? CUT : "");
    return "\n%s%s%s\n%s^"
        .formatted(
            label,
            new String(line, from, to - from),
            to < line.length ? CUT : "",
            " ".repeat(label.length() + caret - from));
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }
}
