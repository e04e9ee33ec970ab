package org.pgdeeplake.manager.sql;

import java.util.Set;

/**
 * Which command a statement is, read as gram.y does but only as far as it matters.
 *
 * @param verb its first keyword
 * @param object the kind of object that it is about, or empty
 * @param next the index of the token behind the kind of object
 */
record Command(SqlStatement statement, String verb, String object, int next) {
  /** What may stand between CREATE and the kind of object. */
  private static final Set<String> MODIFIERS =
      Set.of(
          "GLOBAL",
          "LOCAL",
          "TEMP",
          "TEMPORARY",
          "UNLOGGED",
          "UNIQUE",
          "RECURSIVE",
          "CONSTRAINT",
          "TRUSTED",
          "PROCEDURAL",
          "DEFAULT",
          "OR",
          "REPLACE");

  private static final Set<String> FIRST_OF_TWO =
      Set.of(
          "MATERIALIZED",
          "FOREIGN",
          "EVENT",
          "ACCESS",
          "USER",
          "OPERATOR",
          "LARGE",
          "DEFAULT",
          "TEXT");

  /** The second words of two; the one of USER MAPPING tells it from a role. */
  private static final Set<String> SECOND_OF_TWO =
      Set.of(
          "VIEW",
          "TABLE",
          "DATA",
          "TRIGGER",
          "METHOD",
          "MAPPING",
          "CLASS",
          "FAMILY",
          "OBJECT",
          "PRIVILEGES",
          "SEARCH");

  /** Kinds of objects that stand above databases. */
  private static final Set<String> PER_INSTANCE =
      Set.of("DATABASE", "ROLE", "TABLESPACE", "SYSTEM", "PARAMETER");

  private static final Set<String> ON_TARGETS =
      Set.of(
          "DATABASE",
          "TABLESPACE",
          "PARAMETER",
          "SCHEMA",
          "FUNCTION",
          "PROCEDURE",
          "ROUTINE",
          "SEQUENCE",
          "LANGUAGE",
          "TYPE",
          "DOMAIN");

  static Command of(SqlStatement statement) {
    String verb = statement.keyword(0).equals("ANALYSE") ? "ANALYZE" : statement.keyword(0);
    return switch (verb) {
      case "CREATE" -> withObject(statement, verb, behindModifiers(statement));
      case "ALTER", "DROP" -> withObject(statement, verb, 1);
      case "COMMENT" -> withObject(statement, verb, 2);
      case "GRANT", "REVOKE" -> privileges(statement, verb);
      default -> new Command(statement, verb, "", 1);
    };
  }

  private static int behindModifiers(SqlStatement statement) {
    int index = 1;
    while (MODIFIERS.contains(statement.keyword(index))) {
      index++;
    }
    return index;
  }

  private static Command withObject(SqlStatement statement, String verb, int index) {
    String first = statement.keyword(index);
    String second = statement.keyword(index + 1);
    if (FIRST_OF_TWO.contains(first) && SECOND_OF_TWO.contains(second)) {
      return new Command(statement, verb, first + " " + second, index + 2);
    }
    boolean role = first.equals("USER") || first.equals("GROUP");
    return new Command(statement, verb, role ? "ROLE" : first, index + 1);
  }

  /** Without ON it is about membership in roles; ON may be followed by the name of a table. */
  private static Command privileges(SqlStatement statement, String verb) {
    int on = statement.find("ON", 1);
    if (on < 0) {
      return new Command(statement, verb, "ROLE", 1);
    }
    boolean namesKind =
        ON_TARGETS.contains(statement.keyword(on + 1))
            && !Set.of("TO", "FROM", ",", ".").contains(statement.keyword(on + 2));
    return new Command(statement, verb, namesKind ? statement.keyword(on + 1) : "TABLE", on + 1);
  }

  boolean is(String verb, String object) {
    return this.verb.equals(verb) && this.object.equals(object);
  }

  /** Close to the server's command tag. */
  String name() {
    return switch (verb) {
      case "CREATE", "ALTER", "DROP" ->
          object.isEmpty() ? verb : verb + " " + object + (isCreateTableAs() ? " AS" : "");
      case "GRANT", "REVOKE" -> object.equals("ROLE") ? verb + " ROLE" : verb;
      case "TRUNCATE" -> "TRUNCATE TABLE";
      default -> verb;
    };
  }

  /** AS is reserved, and nothing else in CREATE TABLE has it outside of parentheses. */
  boolean isCreateTableAs() {
    return is("CREATE", "TABLE") && statement.has("AS");
  }

  boolean writesData() {
    return (isCreateTableAs() || is("CREATE", "MATERIALIZED VIEW"))
        && !statement.endsWith("WITH NO DATA");
  }

  boolean instanceOnly() {
    return PER_INSTANCE.contains(object);
  }

  boolean staysHere() {
    if (!verb.equals("CREATE") || Warnings.createsTemporary(this)) {
      return false;
    }
    return switch (object) {
      case "VIEW" -> true;
      case "TABLE", "MATERIALIZED VIEW" -> !usesDeeplake();
      default -> false;
    };
  }

  private boolean usesDeeplake() {
    int using = statement.find("USING", next);
    return using >= 0
        && using + 1 < statement.tokens().size()
        && statement.tokens().get(using + 1).name().equals(Warnings.ACCESS_METHOD);
  }

  boolean comparable() {
    return !instanceOnly() && !Set.of("TRUNCATE", "ANALYZE", "VACUUM", "REINDEX").contains(verb);
  }
}
