package org.pgdeeplake.manager.sql;

/** Which commands call PreventInTransactionBlock in PostgreSQL 18. */
final class TransactionRule {
  private TransactionRule() {}

  static boolean mustRunAlone(Command command) {
    SqlStatement statement = command.statement();
    return switch (command.verb()) {
      // REINDEX INDEX and TABLE only if what they name is partitioned.
      case "VACUUM", "REINDEX" -> true;
      case "CREATE" -> created(command);
      case "DROP" ->
          switch (command.object()) {
            case "DATABASE", "TABLESPACE", "SUBSCRIPTION" -> true;
            case "INDEX" -> statement.at(command.next(), "CONCURRENTLY");
            default -> false;
          };
      case "ALTER" ->
          switch (command.object()) {
            case "SYSTEM" -> true;
            case "DATABASE" -> statement.at(command.next() + 1, "SET TABLESPACE");
            // It depends on what is altered, and on the subscription.
            case "SUBSCRIPTION" -> true;
            case "TABLE" -> statement.has("DETACH") && statement.endsWith("CONCURRENTLY");
            default -> false;
          };
      default -> false;
    };
  }

  private static boolean created(Command command) {
    return switch (command.object()) {
      case "DATABASE", "TABLESPACE", "SUBSCRIPTION" -> true;
      case "INDEX" -> command.statement().at(command.next(), "CONCURRENTLY");
      default -> false;
    };
  }
}
