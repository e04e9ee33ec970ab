package org.pgdeeplake.proxy.query;

import java.util.ArrayList;
import java.util.List;

/** Reads a query. What it costs is bounded by its length; it is read once, from left to right. */
final class QueryParser {
  private static final int MOST_CHARACTERS = 2000;
  private static final int DEEPEST = 10;
  private static final int MOST_SELECTORS = 20;
  private static final String UNDERSTOOD =
      "understood are selectors as name{label=\"value\"}, sum(selector), and + of these";

  private final String text;
  private int at;
  private int depth;
  private int selectors;

  QueryParser(String text) {
    this.text = text;
  }

  Query parse() throws QueryException {
    if (text.length() > MOST_CHARACTERS) {
      throw new QueryException("a query has at most " + MOST_CHARACTERS + " characters");
    }
    Query query = terms();
    if (at < text.length()) {
      throw unexpected();
    }
    return query;
  }

  private Query terms() throws QueryException {
    if (++depth > DEEPEST) {
      throw new QueryException("parentheses are nested more than " + DEEPEST + " deep");
    }
    Query sum = term();
    while (took('+')) {
      sum = new Query.Plus(sum, term());
    }
    depth--;
    return sum;
  }

  private Query term() throws QueryException {
    if (took('(')) {
      return closed(terms());
    }
    String name = name(true);
    if (name.equals("sum")) {
      // A metric cannot be called so here; PromQL would look for what follows, too.
      require('(');
      return new Query.Sum(closed(terms()));
    }
    if (++selectors > MOST_SELECTORS) {
      throw new QueryException("a query has at most " + MOST_SELECTORS + " selectors");
    }
    return new Query.Selector(name, took('{') ? matchers() : List.of());
  }

  private Query closed(Query inner) throws QueryException {
    require(')');
    return inner;
  }

  private List<Matcher> matchers() throws QueryException {
    List<Matcher> matchers = new ArrayList<>();
    while (!took('}')) {
      matchers.add(matcher());
      if (!took(',')) {
        require('}');
        break;
      }
    }
    return matchers;
  }

  private Matcher matcher() throws QueryException {
    String label = name(false);
    if (took('!')) {
      if (tookNow('~')) {
        return Matcher.matching(label, true, string());
      }
      requireNow('=');
      return Matcher.exact(label, true, string());
    }
    require('=');
    return tookNow('~')
        ? Matcher.matching(label, false, string())
        : Matcher.exact(label, false, string());
  }

  private String name(boolean ofMetric) throws QueryException {
    skipBlanks();
    int from = at;
    while (at < text.length() && inName(text.charAt(at), at > from, ofMetric)) {
      at++;
    }
    if (at == from) {
      throw unexpected();
    }
    return text.substring(from, at);
  }

  private static boolean inName(char c, boolean digits, boolean colons) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '_'
        || (digits && c >= '0' && c <= '9')
        || (colons && c == ':');
  }

  private String string() throws QueryException {
    skipBlanks();
    if (at == text.length() || "\"'`".indexOf(text.charAt(at)) < 0) {
      throw unexpected();
    }
    char quote = text.charAt(at++);
    StringBuilder value = new StringBuilder();
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == quote) {
        return value.toString();
      }
      value.append(c == '\\' && quote != '`' ? escaped() : c);
    }
    throw new QueryException("a quote is not closed");
  }

  private char escaped() throws QueryException {
    char c = at < text.length() ? text.charAt(at++) : ' ';
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case '\\', '"', '\'' -> c;
      default ->
          throw new QueryException("of escapes only \\\\ \\\" \\' \\n and \\t are understood");
    };
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  /** Behind blanks, which are skipped in any case. */
  private boolean took(char wanted) {
    skipBlanks();
    boolean took = tookNow(wanted);
    if (took) {
      skipBlanks();
    }
    return took;
  }

  private boolean tookNow(char wanted) {
    boolean there = at < text.length() && text.charAt(at) == wanted;
    if (there) {
      at++;
    }
    return there;
  }

  private void require(char wanted) throws QueryException {
    skipBlanks();
    requireNow(wanted);
    if (wanted != '=') {
      skipBlanks();
    }
  }

  private void requireNow(char wanted) throws QueryException {
    if (!tookNow(wanted)) {
      throw unexpected();
    }
  }

  private QueryException unexpected() {
    return new QueryException(
        "%s at position %d; %s"
            .formatted(
                at < text.length() ? "unexpected '" + text.charAt(at) + "'" : "unexpected end",
                at + 1,
                UNDERSTOOD));
  }
}
