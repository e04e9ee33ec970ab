package org.pgdeeplake.proxy.console;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.postgres.Column;

/** One statement, understood. */
sealed interface Command {

  /** Nothing, or nothing but comments. */
  record Empty() implements Command {}

  /** The console has no transactions; clients that begin one see it begin and end. */
  record Transaction(Verb verb) implements Command {}

  enum Verb {
    BEGIN,
    COMMIT,
    ROLLBACK
  }

  /**
   * Forgets prepared statements.
   *
   * @param statement null: all of them
   */
  record Deallocate(@Nullable String statement, String tag) implements Command {}

  /**
   * Does or tells something.
   *
   * @param tag of CommandComplete
   * @param columns empty where it has no rows
   * @param limit how long it may run
   * @param remains what goes on all the same where it is cancelled; empty for nothing
   */
  record Work(String tag, List<Column> columns, Duration limit, Task task, String remains)
      implements Command {
    Work(String tag, List<Column> columns, Duration limit, Task task) {
      this(tag, columns, limit, task, "");
    }
  }

  /** Who runs it, on which loop. */
  record Invocation(Caller caller, ScheduledExecutorService loop) {}

  /** Called on the connection's event loop; must not block. */
  interface Task {
    /** Cancelling what it returns ends the waiting, if there is any. */
    CompletableFuture<Answer> run(Invocation invocation) throws ConsoleException;
  }

  default List<Column> columns() {
    return List.of();
  }
}
