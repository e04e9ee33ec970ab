package org.pgdeeplake.proxy.console;

import java.util.Locale;

/**
 * A piece of a statement.
 *
 * @param text without quotes; of a parameter its number
 */
record Token(Kind kind, String text) {
  private static final int MAX_SHOWN = 64;

  /** It, its text, and its place in a list. */
  private static final int OBJECTS_BYTES = 80;

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

  /** What it costs to keep it, more or less. */
  int bytes() {
    return OBJECTS_BYTES + text.length();
  }

  /** As it was written, more or less, of a length that leaves a message readable. */
  String brief() {
    String shown = kind == Kind.PARAMETER ? "$" + text : text;
    return shown.length() > MAX_SHOWN ? shown.substring(0, MAX_SHOWN) + "..." : shown;
  }
}
