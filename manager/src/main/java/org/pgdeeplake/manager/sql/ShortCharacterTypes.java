package org.pgdeeplake.manager.sql;

import java.util.Optional;
import java.util.Set;

/** Finds the types that hold one character, however they are spelled. */
final class ShortCharacterTypes {
  private static final Set<String> CHARACTER = Set.of("CHAR", "CHARACTER", "NCHAR");
  private static final Set<String> WITH_LENGTH = Set.of("VARCHAR", "BPCHAR");

  /** What may follow a type in the definition of a column. */
  private static final Set<String> BEHIND_TYPE =
      Set.of(
          "",
          ",",
          ")",
          "[",
          ";",
          "NOT",
          "NULL",
          "DEFAULT",
          "PRIMARY",
          "UNIQUE",
          "CHECK",
          "REFERENCES",
          "COLLATE",
          "CONSTRAINT",
          "GENERATED",
          "STORAGE",
          "COMPRESSION",
          "USING",
          "ARRAY");

  /** Behind these, CHAR is a name. */
  private static final Set<String> BEFORE_NAME =
      Set.of("", "(", ",", ".", "COLUMN", "ADD", "DROP", "ALTER", "RENAME", "TO", "EXISTS");

  private ShortCharacterTypes() {}

  /** The first of them, as it was written but in one line. */
  static Optional<String> first(SqlStatement statement) {
    for (int i = 0; i < statement.tokens().size(); i++) {
      int end = endOfType(statement, i);
      if (end > i) {
        return Optional.of(written(statement, i, end));
      }
    }
    return Optional.empty();
  }

  /** The index behind the type, or -1 if none begins there. */
  private static int endOfType(SqlStatement statement, int index) {
    String word = statement.keyword(index);
    boolean varying = CHARACTER.contains(word) && statement.at(index + 1, "VARYING");
    if (!CHARACTER.contains(word) && !WITH_LENGTH.contains(word)) {
      return -1;
    }
    int behind = index + (varying ? 2 : 1);
    if (statement.at(behind, "(")
        && isOne(statement, behind + 1)
        && statement.at(behind + 2, ")")) {
      return behind + 3;
    }
    // CHAR alone is CHAR(1); VARCHAR alone has no limit.
    boolean alone =
        CHARACTER.contains(word)
            && !varying
            && BEHIND_TYPE.contains(statement.keyword(behind))
            && !BEFORE_NAME.contains(beforeIt(statement, index));
    return alone ? behind : -1;
  }

  private static String beforeIt(SqlStatement statement, int index) {
    Token before = index == 0 ? statement.first() : statement.tokens().get(index - 1);
    return before.kind() == Token.Kind.QUOTED_IDENTIFIER ? "a name" : before.keyword();
  }

  private static boolean isOne(SqlStatement statement, int index) {
    return index < statement.tokens().size() && statement.tokens().get(index).text().equals("1");
  }

  private static String written(SqlStatement statement, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (Token token : statement.tokens().subList(from, to)) {
      boolean apart = token.kind() == Token.Kind.WORD && !text.isEmpty();
      text.append(apart ? " " : "").append(token.keyword());
    }
    return text.toString();
  }
}
