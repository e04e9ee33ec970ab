package org.pgdeeplake.proxy.console;

/** Whether a session is in a transaction, of which the console has none but the look. */
final class Transaction {
  private static final String IN_FAILED_TRANSACTION = "25P02";

  private char status = 'I';

  /** I, T or E, as in ReadyForQuery. */
  char status() {
    return status;
  }

  /** In one that has failed, nothing runs but what ends it. */
  void check(Command command) throws ConsoleException {
    boolean ends =
        command instanceof Command.Transaction(Command.Verb verb) && verb != Command.Verb.BEGIN;
    if (status == 'E' && !ends && !(command instanceof Command.Empty)) {
      throw ConsoleException.of(
          IN_FAILED_TRANSACTION,
          "current transaction is aborted, commands ignored until end of transaction block",
          "");
    }
  }

  /** Returns the tag: the COMMIT of what has failed is a ROLLBACK. */
  String turn(Command.Verb verb) {
    boolean failed = status == 'E';
    status = verb == Command.Verb.BEGIN ? 'T' : 'I';
    return failed && verb == Command.Verb.COMMIT ? Command.Verb.ROLLBACK.name() : verb.name();
  }

  void failed() {
    if (status == 'T') {
      status = 'E';
    }
  }
}
