package org.pgdeeplake.proxy.console;

import java.util.Locale;

/**
 * A piece of a statement.
 *
 * @param text without quotes; of a parameter its number
 */
record Token(Kind kind, String text) {
  enum Kind {
    /** Keywords, names and numbers without quotes. */
    WORD,
    /** A quoted name or text, or the value of a parameter. */
    QUOTED,
    PARAMETER,
    SYMBOL
  }

  /** In upper case; empty where it cannot be one. */
  String keyword() {
    return kind == Kind.WORD ? text.toUpperCase(Locale.ROOT) : "";
  }

  boolean is(String keyword) {
    return keyword().equals(keyword);
  }

  boolean symbol(char c) {
    return kind == Kind.SYMBOL && text.length() == 1 && text.charAt(0) == c;
  }

  /** As it was written, more or less, for messages. */
  String shown() {
    return kind == Kind.PARAMETER ? "$" + text : text;
  }
}
