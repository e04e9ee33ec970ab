package org.pgdeeplake.proxy.console;

import java.util.List;

/** The tokens of one statement, read from the left. */
final class Words {
  private final List<Token> tokens;
  private int at;

  /** What would be right: the hint of every error. */
  private String hint = "";

  Words(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** Takes the first one. */
  Token verb() {
    return tokens.get(at++);
  }

  /** From here on every error says how the command is written. */
  void usage(String usage) {
    hint = "Usage: " + usage;
  }

  boolean atEnd() {
    return at == tokens.size();
  }

  /** The next one as a keyword, in upper case; empty where it is none, or nothing follows. */
  String peek() {
    return atEnd() ? "" : tokens.get(at).keyword();
  }

  /** Takes that keyword if it is the next. */
  boolean accept(String keyword) {
    boolean next = peek().equals(keyword);
    if (next) {
      at++;
    }
    return next;
  }

  boolean accept(char symbol) {
    boolean next = !atEnd() && tokens.get(at).symbol(symbol);
    if (next) {
      at++;
    }
    return next;
  }

  Token take(String what) throws ConsoleException {
    if (atEnd()) {
      throw ConsoleException.syntax("syntax error at end of input: " + what + " is missing", hint);
    }
    return tokens.get(at++);
  }

  /** A name, quoted or not; a parameter stands for one. */
  Token name(String what) throws ConsoleException {
    Token token = take(what);
    if (token.kind() == Token.Kind.SYMBOL) {
      throw near(token, what + " is expected");
    }
    return token;
  }

  /**
   * A whole number; a parameter stands for one.
   *
   * @param max at most 18 digits
   */
  long number(String what, long max) throws ConsoleException {
    Token token = name(what);
    if (token.kind() == Token.Kind.PARAMETER) {
      return 1;
    }
    String text = token.text();
    long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    if (number < 1 || number > max) {
      throw near(token, what + " is a whole number from 1 to " + max);
    }
    return number;
  }

  void skipAll() {
    at = tokens.size();
  }

  void end() throws ConsoleException {
    if (!atEnd()) {
      throw near(tokens.get(at), "nothing is expected here");
    }
  }

  ConsoleException near(Token token, String problem) {
    return ConsoleException.syntax(
        "syntax error at or near \"" + token.brief() + "\": " + problem, hint);
  }
}
