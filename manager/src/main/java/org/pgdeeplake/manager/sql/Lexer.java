package org.pgdeeplake.manager.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads SQL as PostgreSQL 18 does with {@code standard_conforming_strings} on: the manual's section
 * 4.1 and src/backend/parser/scan.l. What only the server can judge (escapes, digits) passes.
 */
final class Lexer {
  private static final String OPERATOR_CHARACTERS = "~!@#^&|`?+-*/%<>=";

  private final String sql;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(String sql) {
    this.sql = sql;
  }

  /**
   * @throws UnreadableSql something is not terminated, or there is a NUL character
   */
  static List<Token> tokens(String sql) throws UnreadableSql {
    int nul = sql.indexOf('\0');
    if (nul >= 0) {
      throw new UnreadableSql("there is a NUL character", sql, nul);
    }
    Lexer lexer = new Lexer(sql);
    lexer.readAll();
    return List.copyOf(lexer.tokens);
  }

  private void readAll() throws UnreadableSql {
    while (at < sql.length()) {
      char c = sql.charAt(at);
      if (isSpace(c)) {
        at++;
      } else if (sql.startsWith("--", at)) {
        at = endOfLine(at);
      } else if (sql.startsWith("/*", at)) {
        skipComment();
      } else {
        int start = at;
        Token.Kind kind = read(c);
        tokens.add(new Token(kind, sql.substring(start, at), start));
      }
    }
  }

  private Token.Kind read(char c) throws UnreadableSql {
    if (c == '\'') {
      return string(1, false);
    }
    if ("bBxXnNeE".indexOf(c) >= 0 && sql.startsWith("'", at + 1)) {
      return string(2, c == 'e' || c == 'E');
    }
    if ("uU".indexOf(c) >= 0 && sql.startsWith("&'", at + 1)) {
      return string(3, false);
    }
    if (c == '"') {
      return quotedIdentifier(1);
    }
    if ("uU".indexOf(c) >= 0 && sql.startsWith("&\"", at + 1)) {
      return quotedIdentifier(3);
    }
    if (isIdentifierStart(c)) {
      return word();
    }
    if (c == '$') {
      return dollar();
    }
    if (isDigit(at) || (c == '.' && isDigit(at + 1))) {
      return number();
    }
    if (OPERATOR_CHARACTERS.indexOf(c) >= 0) {
      return operator();
    }
    at++;
    return Token.Kind.SYMBOL;
  }

  /** Comments nest. */
  private void skipComment() throws UnreadableSql {
    int start = at;
    int depth = 0;
    do {
      if (sql.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (sql.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else if (++at > sql.length()) {
        throw new UnreadableSql("unterminated comment", sql, start);
      }
    } while (depth > 0);
  }

  private Token.Kind string(int opening, boolean backslashEscapes) throws UnreadableSql {
    int start = at;
    at += opening;
    do {
      skipQuoted('\'', backslashEscapes, "unterminated string literal", start);
    } while (continues());
    return Token.Kind.STRING;
  }

  private Token.Kind quotedIdentifier(int opening) throws UnreadableSql {
    int start = at;
    at += opening;
    skipQuoted('"', false, "unterminated quoted identifier", start);
    return Token.Kind.QUOTED_IDENTIFIER;
  }

  /** To behind the closing quote; a quote in it is doubled. */
  private void skipQuoted(char quote, boolean backslashEscapes, String unterminated, int start)
      throws UnreadableSql {
    while (at < sql.length()) {
      char c = sql.charAt(at++);
      if (c == '\\' && backslashEscapes) {
        at++;
      } else if (c == quote) {
        if (at >= sql.length() || sql.charAt(at) != quote) {
          return;
        }
        at++;
      }
    }
    throw new UnreadableSql(unterminated, sql, start);
  }

  /**
   * A literal goes on at the next quote if between the two there is a newline and otherwise only
   * whitespace and {@code --} comments. Moves behind that quote.
   */
  private boolean continues() {
    boolean newline = false;
    int next = at;
    while (next < sql.length()) {
      char c = sql.charAt(next);
      if (sql.startsWith("--", next)) {
        next = endOfLine(next);
      } else if (isSpace(c)) {
        newline |= isNewline(c);
        next++;
      } else if (c == '\'' && newline) {
        at = next + 1;
        return true;
      } else {
        return false;
      }
    }
    return false;
  }

  private Token.Kind word() {
    while (at < sql.length() && (isTagPart(at) || sql.charAt(at) == '$')) {
      at++;
    }
    return Token.Kind.WORD;
  }

  /** A parameter, a dollar quote, or a lone dollar sign. */
  private Token.Kind dollar() throws UnreadableSql {
    int start = at++;
    if (isDigit(at)) {
      while (isDigit(at)) {
        at++;
      }
      return Token.Kind.PARAMETER;
    }
    int tagEnd = at;
    while (isTagPart(tagEnd)) {
      tagEnd++;
    }
    if (!sql.startsWith("$", tagEnd)) {
      return Token.Kind.SYMBOL;
    }
    String delimiter = sql.substring(start, tagEnd + 1);
    int end = sql.indexOf(delimiter, tagEnd + 1);
    if (end < 0) {
      throw new UnreadableSql("unterminated dollar-quoted string " + delimiter, sql, start);
    }
    at = end + delimiter.length();
    return Token.Kind.STRING;
  }

  /** Generous: letters that do not belong to a number are the server's to refuse. */
  private Token.Kind number() {
    while (at < sql.length()) {
      char c = sql.charAt(at);
      boolean point = c == '.' && !sql.startsWith("..", at);
      boolean sign = (c == '+' || c == '-') && isDigit(at + 1) && isExponent(at - 1);
      if (!point && !sign && !isTagPart(at)) {
        break;
      }
      at++;
    }
    return Token.Kind.NUMBER;
  }

  /** Ends before a comment: {@code *--} is a star. */
  private Token.Kind operator() {
    do {
      at++;
    } while (at < sql.length()
        && OPERATOR_CHARACTERS.indexOf(sql.charAt(at)) >= 0
        && !sql.startsWith("--", at)
        && !sql.startsWith("/*", at));
    return Token.Kind.OPERATOR;
  }

  private int endOfLine(int from) {
    int end = from;
    while (end < sql.length() && !isNewline(sql.charAt(end))) {
      end++;
    }
    return end;
  }

  private boolean isExponent(int index) {
    return sql.charAt(index) == 'e' || sql.charAt(index) == 'E';
  }

  private boolean isDigit(int index) {
    return index < sql.length() && sql.charAt(index) >= '0' && sql.charAt(index) <= '9';
  }

  private boolean isTagPart(int index) {
    return index < sql.length() && (isIdentifierStart(sql.charAt(index)) || isDigit(index));
  }

  /** Every character beyond ASCII belongs to identifiers, a no-break space too. */
  private static boolean isIdentifierStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  private static boolean isNewline(char c) {
    return c == '\n' || c == '\r';
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
