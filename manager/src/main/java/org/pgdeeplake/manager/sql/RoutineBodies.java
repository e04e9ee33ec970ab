package org.pgdeeplake.manager.sql;

/**
 * Whether a statement is inside {@code BEGIN ATOMIC … END}. Exact where psql guesses: psql counts
 * CASE and END, which are also names of columns, and takes every BEGIN, which is also a name of
 * functions. In gram.y, BEGIN ATOMIC in the header of a routine can be nothing else, and since no
 * statement of a body begins with END, the END that follows a semicolon closes it.
 */
final class RoutineBodies {
  private enum Position {
    FIRST,
    AFTER_CREATE,
    AFTER_OR,
    AFTER_REPLACE,
    IN_HEADER,
    AFTER_BEGIN,
    ELSEWHERE
  }

  private int depth;
  private Position position = Position.FIRST;

  boolean open() {
    return depth > 0;
  }

  /** Every token outside of parentheses, in order. */
  void take(Token token) {
    if (token.is(';')) {
      position = Position.FIRST;
    } else if (position == Position.FIRST && depth > 0 && token.is("END")) {
      depth--;
      position = Position.ELSEWHERE;
    } else if (position == Position.AFTER_BEGIN && token.is("ATOMIC")) {
      depth++;
      position = Position.FIRST;
    } else {
      position = next(token.is("BEGIN"), token);
    }
  }

  private Position next(boolean begin, Token token) {
    return switch (position) {
      case FIRST -> token.is("CREATE") ? Position.AFTER_CREATE : Position.ELSEWHERE;
      case AFTER_CREATE -> token.is("OR") ? Position.AFTER_OR : routine(token);
      case AFTER_OR -> token.is("REPLACE") ? Position.AFTER_REPLACE : Position.ELSEWHERE;
      case AFTER_REPLACE -> routine(token);
      case IN_HEADER, AFTER_BEGIN -> begin ? Position.AFTER_BEGIN : Position.IN_HEADER;
      case ELSEWHERE -> Position.ELSEWHERE;
    };
  }

  private static Position routine(Token token) {
    return token.is("FUNCTION") || token.is("PROCEDURE") ? Position.IN_HEADER : Position.ELSEWHERE;
  }
}
