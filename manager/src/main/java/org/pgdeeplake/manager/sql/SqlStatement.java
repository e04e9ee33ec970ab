package org.pgdeeplake.manager.sql;

import java.util.List;

/**
 * One statement of a text, without the semicolon that ends it.
 *
 * @param source the whole text
 * @param tokens at least one
 */
record SqlStatement(String source, List<Token> tokens) {
  SqlStatement {
    tokens = List.copyOf(tokens);
  }

  Token first() {
    return tokens.getFirst();
  }

  /** As written, without what stands around it. */
  String text() {
    return source.substring(first().start(), tokens.getLast().end());
  }

  /** Of the token; empty behind the last and if it is neither word nor symbol. */
  String keyword(int index) {
    if (index < 0 || index >= tokens.size()) {
      return "";
    }
    Token token = tokens.get(index);
    return token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.SYMBOL
        ? token.keyword()
        : "";
  }

  /** Whether these keywords, separated by single spaces, stand there. */
  boolean at(int index, String keywords) {
    String[] words = keywords.split(" ", -1);
    for (int i = 0; i < words.length; i++) {
      if (!keyword(index + i).equals(words[i])) {
        return false;
      }
    }
    return true;
  }

  /** The index of the first such keyword outside of parentheses from there on, or -1. */
  int find(String keyword, int from) {
    int depth = 0;
    for (int i = from; i < tokens.size(); i++) {
      Token token = tokens.get(i);
      if (token.is('(')) {
        depth++;
      } else if (token.is(')')) {
        depth--;
      } else if (depth == 0 && token.is(keyword)) {
        return i;
      }
    }
    return -1;
  }

  boolean has(String keyword) {
    return find(keyword, 0) >= 0;
  }

  boolean endsWith(String keywords) {
    return at(tokens.size() - keywords.split(" ", -1).length, keywords);
  }
}
