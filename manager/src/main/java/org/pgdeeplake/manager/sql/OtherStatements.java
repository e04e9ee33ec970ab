package org.pgdeeplake.manager.sql;

import java.util.List;

/** Why a statement that begins otherwise is not for run-ddl, and where it belongs. */
final class OtherStatements {
  private static final String DATA = "send what reads or writes data through the proxy";

  private OtherStatements() {}

  /** One clause, or empty if there is nothing to add. */
  static String why(SqlStatement statement) {
    return switch (statement.keyword(0)) {
      case "SELECT", "WITH", "TABLE", "VALUES" ->
          statement.has("INTO") && !statement.has("INSERT")
              ? "SELECT … INTO creates a table, which is CREATE TABLE … AS here"
              : DATA;
      case "INSERT", "UPDATE", "DELETE", "MERGE" -> DATA;
      case "COPY" -> DATA + ", and a large COPY in chunks";
      case "EXPLAIN" ->
          executes(statement) ? "EXPLAIN ANALYZE executes the statement that it explains" : DATA;
      case "DO", "CALL", "EXECUTE", "PREPARE" -> "it runs what nobody can see here";
      case "SET", "RESET", "SHOW", "DISCARD" -> "it is about one session, which ends with run-ddl";
      case "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "LOCK" ->
          "run-ddl runs its statement in a transaction of its own";
      default -> "";
    };
  }

  /** {@code EXPLAIN ANALYZE …} or {@code EXPLAIN (…, ANALYZE [true], …) …}. */
  private static boolean executes(SqlStatement statement) {
    if (statement.at(1, "ANALYZE") || statement.at(1, "ANALYSE")) {
      return true;
    }
    if (!statement.at(1, "(")) {
      return false;
    }
    for (int i = 2; i < statement.tokens().size() && !statement.at(i, ")"); i++) {
      boolean analyze = statement.at(i, "ANALYZE") || statement.at(i, "ANALYSE");
      Token value = statement.tokens().get(Math.min(i + 1, statement.tokens().size() - 1));
      if (analyze && !List.of("OFF", "FALSE", "0").contains(value.keyword())) {
        return true;
      }
    }
    return false;
  }
}
