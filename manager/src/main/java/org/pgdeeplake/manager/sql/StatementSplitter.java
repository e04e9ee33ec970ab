package org.pgdeeplake.manager.sql;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits where PostgreSQL's grammar does: at semicolons that stand neither in parentheses (CREATE
 * RULE has a list of commands there) nor in the body of a routine.
 */
final class StatementSplitter {
  private final String sql;
  private final List<SqlStatement> statements = new ArrayList<>();
  private final List<Token> current = new ArrayList<>();
  private final List<Token> openParentheses = new ArrayList<>();
  private RoutineBodies bodies = new RoutineBodies();

  private StatementSplitter(String sql) {
    this.sql = sql;
  }

  /**
   * The statements that are not empty.
   *
   * @throws UnreadableSql also for parentheses that do not match
   */
  static List<SqlStatement> split(String sql) throws UnreadableSql {
    StatementSplitter splitter = new StatementSplitter(sql);
    for (Token token : Lexer.tokens(sql)) {
      splitter.take(token);
    }
    splitter.end();
    return List.copyOf(splitter.statements);
  }

  private void take(Token token) throws UnreadableSql {
    if (token.is('(')) {
      openParentheses.add(token);
    } else if (token.is(')')) {
      if (openParentheses.isEmpty()) {
        throw new UnreadableSql("')' without a '('", sql, token.start());
      }
      openParentheses.removeLast();
    } else if (openParentheses.isEmpty()) {
      bodies.take(token);
      if (token.is(';') && !bodies.open()) {
        end();
        return;
      }
    }
    current.add(token);
  }

  private void end() throws UnreadableSql {
    if (!openParentheses.isEmpty()) {
      throw new UnreadableSql(
          "unterminated: '(' without a ')'", sql, openParentheses.getLast().start());
    }
    if (bodies.open()) {
      throw new UnreadableSql(
          "unterminated: BEGIN ATOMIC without an END", sql, current.getFirst().start());
    }
    if (!current.isEmpty()) {
      statements.add(new SqlStatement(sql, current));
      current.clear();
    }
    bodies = new RoutineBodies();
  }
}
