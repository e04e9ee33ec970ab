package org.pgdeeplake.manager.sql;

import java.util.Locale;

/**
 * A piece of SQL that is neither whitespace nor a comment.
 *
 * @param text as it was written
 * @param start its offset in UTF-16 units
 */
record Token(Kind kind, String text, int start) {

  enum Kind {
    /** A keyword or an identifier without quotes. */
    WORD,
    QUOTED_IDENTIFIER,
    /** Also bit strings and dollar quotes. */
    STRING,
    NUMBER,
    PARAMETER,
    OPERATOR,
    /** One character: a parenthesis, a comma, or something that SQL has no use for. */
    SYMBOL
  }

  int end() {
    return start + text.length();
  }

  /** A word in upper case, anything else as it is; PostgreSQL folds keywords in ASCII only. */
  String keyword() {
    boolean ascii = text.chars().allMatch(c -> c < 0x80);
    return kind == Kind.WORD && ascii ? text.toUpperCase(Locale.ROOT) : text;
  }

  /** The keyword, which must be in upper case. */
  boolean is(String keyword) {
    return kind == Kind.WORD && keyword().equals(keyword);
  }

  boolean is(char symbol) {
    return kind == Kind.SYMBOL && text.charAt(0) == symbol;
  }

  /** The plain name that an unqualified identifier means, without the escapes of {@code U&""}. */
  String name() {
    return switch (kind) {
      case WORD -> text.toLowerCase(Locale.ROOT);
      case QUOTED_IDENTIFIER ->
          text.substring(text.indexOf('"') + 1, text.length() - 1).replace("\"\"", "\"");
      default -> text;
    };
  }
}
