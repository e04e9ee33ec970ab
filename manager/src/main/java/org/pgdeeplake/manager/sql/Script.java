package org.pgdeeplake.manager.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * The statements of a text, each at its place in it.
 *
 * @param parts in order; empty if there is no statement
 */
public record Script(String source, List<Part> parts) {

  /**
   * @param start where its text begins in the source, in UTF-16 units
   */
  public record Part(StatementFacts statement, int start) {}

  public Script {
    parts = List.copyOf(parts);
  }

  /** A text that cannot be read is one part: the server says best what is wrong with it. */
  public static Script of(String sql) {
    List<Part> parts = new ArrayList<>();
    try {
      for (SqlStatement statement : StatementSplitter.split(sql)) {
        parts.add(new Part(StatementFacts.of(statement), statement.first().start()));
      }
    } catch (UnreadableSql _) {
      parts.add(
          new Part(new StatementFacts(sql, "SQL", false, false, true, false, false, List.of()), 0));
    }
    return new Script(sql, parts);
  }

  /** From 1. */
  public int line(Part part) {
    return Place.of(source, part.start()).line();
  }

  /**
   * The place that the server means, in words of an editor.
   *
   * @param position of the server in the part, in characters from 1
   * @return the offset in the source
   */
  public int offset(Part part, int position) {
    String text = part.statement().text();
    int characters = Math.min(position - 1, text.codePointCount(0, text.length()));
    return part.start() + text.offsetByCodePoints(0, Math.max(0, characters));
  }

  /** The line around an offset, from 1. */
  public int line(int offset) {
    return Place.of(source, offset).line();
  }
}
