package org.pgdeeplake.manager.sql;

import java.util.ArrayList;
import java.util.List;

/** What an operator should know before a command runs: the known bugs of pg_deeplake, and reach. */
final class Warnings {
  private static final String DROP_CRASHES =
      " can crash pg_deeplake (known upstream bug): avoid DROP, use a fresh S3 path instead";
  private static final String EXTENSION = "pg_deeplake";
  static final String ACCESS_METHOD = "deeplake";

  private Warnings() {}

  static List<String> of(Command command) {
    List<String> warnings = new ArrayList<>();
    if (dropsTables(command)) {
      warnings.add(droppingWords(command) + DROP_CRASHES);
    }
    if (List.of("CREATE", "ALTER").contains(command.verb()) && command.object().equals("TABLE")) {
      ShortCharacterTypes.first(command.statement())
          .ifPresent(type ->
              warnings.add(
                  type
                      + " can become another type on the other instances (known upstream bug):"
                      + " use text, or the latest pg_deeplake image"));
    }
    if (command.verb().equals("COPY")) {
      warnings.add(
          "a large COPY can end a server for lack of memory (known upstream bug): copy in chunks,"
              + " and set PG_DEEPLAKE_MEMORY_LIMIT_MB");
    }
    if (command.instanceOnly()) {
      warnings.add(reach(command));
    }
    if (createsTemporary(command)) {
      warnings.add("what is temporary is gone when run-ddl ends");
    }
    return warnings;
  }

  private static boolean dropsTables(Command command) {
    if (!command.verb().equals("DROP")) {
      return false;
    }
    SqlStatement statement = command.statement();
    return switch (command.object()) {
      case "TABLE", "DATABASE", "OWNED" -> true;
      case "SCHEMA" -> statement.endsWith("CASCADE");
      case "EXTENSION" -> names(command, EXTENSION);
      case "ACCESS METHOD" -> names(command, ACCESS_METHOD) && statement.endsWith("CASCADE");
      default -> false;
    };
  }

  private static boolean names(Command command, String name) {
    List<Token> tokens = command.statement().tokens();
    return tokens.subList(Math.min(command.next(), tokens.size()), tokens.size()).stream()
        .anyMatch(token -> token.name().equals(name));
  }

  private static String droppingWords(Command command) {
    return switch (command.object()) {
      case "SCHEMA" -> "DROP SCHEMA … CASCADE drops tables, which";
      case "OWNED" -> "DROP OWNED drops tables, which";
      case "EXTENSION" -> "DROP EXTENSION pg_deeplake drops its tables, which";
      default -> command.name();
    };
  }

  private static String reach(Command command) {
    if (command.is("CREATE", "DATABASE")) {
      return "CREATE DATABASE creates it on this instance only: provision-db creates it on all";
    }
    return command.name()
        + " changes this instance only: what is not in a database does not propagate through S3";
  }

  static boolean createsTemporary(Command command) {
    SqlStatement statement = command.statement();
    if (!command.verb().equals("CREATE")) {
      return false;
    }
    for (int i = 1; i < command.next(); i++) {
      if (statement.at(i, "TEMP") || statement.at(i, "TEMPORARY")) {
        return true;
      }
    }
    return false;
  }
}
