package org.pgdeeplake.proxy.console;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts text into statements and those into tokens, as PostgreSQL does (manual, 4.1), but that a
 * word may hold all that a server's name may, and a slash: {@code pg_backends/pg-deeplake-1}.
 */
final class Lexer {
  private final String text;
  private int at;

  private Lexer(String text) {
    this.text = text;
  }

  /** Without the empty ones. */
  static List<List<Token>> statements(String text) throws ConsoleException {
    List<List<Token>> statements = new ArrayList<>();
    List<Token> statement = new ArrayList<>();
    Lexer lexer = new Lexer(text);
    while (lexer.skipBlanks()) {
      Token token = lexer.next();
      if (!token.symbol(';')) {
        statement.add(token);
      } else if (!statement.isEmpty()) {
        statements.add(List.copyOf(statement));
        statement.clear();
      }
    }
    if (!statement.isEmpty()) {
      statements.add(List.copyOf(statement));
    }
    return statements;
  }

  /** Returns whether anything follows. */
  private boolean skipBlanks() throws ConsoleException {
    while (at < text.length()) {
      if (Character.isWhitespace(text.charAt(at))) {
        at++;
      } else if (text.startsWith("--", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", at)) {
        skipComment();
      } else {
        return true;
      }
    }
    return false;
  }

  private void skipComment() throws ConsoleException {
    int depth = 0;
    do {
      if (text.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (text.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else if (at++ >= text.length()) {
        throw ConsoleException.syntax("unterminated /* comment", "");
      }
    } while (depth > 0);
  }

  private Token next() throws ConsoleException {
    char c = text.charAt(at);
    if (c == '"' || c == '\'') {
      return new Token(Token.Kind.QUOTED, quoted(false));
    }
    if (c == '$') {
      return dollar();
    }
    if (!beginsWord(c)) {
      at++;
      return new Token(Token.Kind.SYMBOL, String.valueOf(c));
    }
    int start = at;
    while (at < text.length() && inWord()) {
      at++;
    }
    String word = text.substring(start, at);
    if (word.equalsIgnoreCase("e") && text.startsWith("'", at)) {
      return new Token(Token.Kind.QUOTED, quoted(true));
    }
    return new Token(Token.Kind.WORD, word);
  }

  private static boolean beginsWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || Character.isSurrogate(c);
  }

  private boolean inWord() {
    char c = text.charAt(at);
    boolean comment = text.startsWith("--", at) || text.startsWith("/*", at);
    return beginsWord(c) || (!comment && "-.:/$".indexOf(c) >= 0);
  }

  private String quoted(boolean escapes) throws ConsoleException {
    char quote = text.charAt(at++);
    StringBuilder value = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == quote) {
        if (at >= text.length() || text.charAt(at) != quote) {
          return value.toString();
        }
        at++;
      } else if (c == '\\' && escapes && at < text.length()) {
        c = text.charAt(at++);
      }
      value.append(c);
    }
    throw ConsoleException.syntax("unterminated quoted string", "");
  }

  /** A parameter, or a text between two tags: {@code $$...$$}, {@code $a$...$a$}. */
  private Token dollar() throws ConsoleException {
    int end = at + 1;
    while (end < text.length() && beginsWord(text.charAt(end))) {
      end++;
    }
    String name = text.substring(at + 1, end);
    if (name.matches("[0-9]{1,5}")) {
      at = end;
      return new Token(Token.Kind.PARAMETER, name);
    }
    if (end >= text.length() || text.charAt(end) != '$') {
      at++;
      return new Token(Token.Kind.SYMBOL, "$");
    }
    String tag = text.substring(at, end + 1);
    int close = text.indexOf(tag, end + 1);
    if (close < 0) {
      throw ConsoleException.syntax("unterminated dollar-quoted string", "");
    }
    at = close + tag.length();
    return new Token(Token.Kind.QUOTED, text.substring(end + 1, close));
  }
}
