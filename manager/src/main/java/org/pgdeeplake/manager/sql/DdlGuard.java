package org.pgdeeplake.manager.sql;

import java.util.List;
import java.util.Set;

/**
 * Lets exactly one statement of DDL through. A rule against mistakes, not a barrier: whoever may
 * call it may also force, and a function in an index can do anything.
 *
 * <p>It reads as the server does with {@code standard_conforming_strings} on, so the session that
 * runs the statement has to have it on.
 */
public final class DdlGuard {
  private static final List<String> KEYWORDS =
      List.of(
          "CREATE",
          "ALTER",
          "DROP",
          "TRUNCATE",
          "COMMENT",
          "GRANT",
          "REVOKE",
          "ANALYZE",
          "VACUUM",
          "REINDEX");

  /** ANALYSE is PostgreSQL's other spelling. */
  private static final String ANALYSE = "ANALYSE";

  private static final String TAKES = "run-ddl takes one of " + String.join(", ", KEYWORDS);
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private DdlGuard() {}

  /** Never throws: what cannot be read is refused. */
  public static Verdict check(String sql) {
    if (sql.indexOf(BYTE_ORDER_MARK) == 0) {
      return new Verdict.Refused(
          "it begins with a byte order mark (U+FEFF), which is not SQL: remove it");
    }
    try {
      return check(sql, StatementSplitter.split(sql));
    } catch (UnreadableSql e) {
      return new Verdict.Refused(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The warnings for every statement of a text, also for those that {@link #check} refuses: for
   * whoever forces. Empty if the text cannot be read.
   */
  public static List<String> warnings(String sql) {
    try {
      return StatementSplitter.split(sql).stream()
          .flatMap(statement -> Warnings.of(Command.of(statement)).stream())
          .distinct()
          .toList();
    } catch (UnreadableSql _) {
      return List.of();
    }
  }

  private static Verdict check(String sql, List<SqlStatement> statements) {
    for (SqlStatement statement : statements) {
      for (int i = 0; i < statement.tokens().size(); i++) {
        if (statement.tokens().get(i).is('\\')) {
          return new Verdict.Refused(backslash(sql, statement, i));
        }
      }
    }
    if (statements.isEmpty()) {
      return new Verdict.Refused(
          sql.isBlank()
              ? "it is empty"
              : "there is no statement in it, only comments or semicolons");
    }
    if (statements.size() > 1) {
      Token second = statements.get(1).first();
      return new Verdict.Refused(
          "multiple statements: there are %d, the second begins with %s at %s; run-ddl takes one"
              .formatted(statements.size(), shown(second), Place.of(sql, second.start())));
    }
    SqlStatement only = statements.getFirst();
    if (KEYWORDS.contains(only.keyword(0)) || only.at(0, ANALYSE)) {
      return new Verdict.Allowed(StatementFacts.of(only));
    }
    return new Verdict.Refused(refusal(only));
  }

  private static String backslash(String sql, SqlStatement statement, int index) {
    Token token = statement.tokens().get(index);
    String word = statement.keyword(index + 1);
    return "'\\%s' at %s is a command of psql, not SQL: run it in psql"
        .formatted(
            Set.of("", "\\").contains(word) ? "" : statement.tokens().get(index + 1).text(),
            Place.of(sql, token.start()));
  }

  private static String refusal(SqlStatement statement) {
    int index = 0;
    while (statement.at(index, "(")) {
      index++;
    }
    if (index > 0) {
      return "it begins with '(', before %s: %s".formatted(wordAt(statement, index), TAKES);
    }
    Token first = statement.first();
    String why = OtherStatements.why(statement);
    return "it begins with %s%s: %s%s"
        .formatted(shown(first), oddCharacter(first), TAKES, why.isEmpty() ? "" : "; " + why);
  }

  private static String wordAt(SqlStatement statement, int index) {
    return index < statement.tokens().size() ? shown(statement.tokens().get(index)) : "its end";
  }

  /** In one line of moderate length: a refusal is not the place for a whole literal. */
  private static String shown(Token token) {
    String text = token.keyword();
    String line = text.lines().findFirst().orElse("");
    int end = Math.min(line.length(), 40);
    String cut = line.substring(0, end) + (end < text.length() ? "…" : "");
    return token.kind() == Token.Kind.WORD ? cut : "'" + cut + "'";
  }

  /** A keyword with a look-alike or with an invisible space in it cannot be told by looking. */
  private static String oddCharacter(Token token) {
    return token
        .text()
        .codePoints()
        .filter(c -> token.kind() == Token.Kind.WORD && c >= 0x80)
        .mapToObj(c -> " (with %s, U+%04X, in it)".formatted(Character.getName(c), c))
        .findFirst()
        .orElse("");
  }
}
