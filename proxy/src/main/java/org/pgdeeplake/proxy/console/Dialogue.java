package org.pgdeeplake.proxy.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.postgres.Column;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * One session after its login: messages in their order, one command at a time, and none while the
 * client does not read (PostgreSQL manual, 54.2.2 to 54.2.4). On its connection's loop, but {@link
 * #cancel}.
 */
final class Dialogue {
  private static final String IN_FAILED_TRANSACTION = "25P02";

  private final Connection connection;
  private final Catalog catalog;
  private final Caller caller;
  private final Runnable atEnd;
  private final ExtendedQuery extended;
  private final Deque<Inbound.Message> pending = new ArrayDeque<>();
  private int pendingBytes;

  /** What is left of a simple Query; null where none is at work. */
  private @Nullable Deque<List<Token>> script;

  /** I, T or E, as in ReadyForQuery. */
  private char status = 'I';

  /** After an error in the extended protocol, up to the next Sync. */
  private boolean skipping;

  private @Nullable Execution running;
  private boolean over;

  /**
   * @param atEnd when the connection has closed
   */
  Dialogue(Connection connection, Catalog catalog, Caller caller, Runnable atEnd) {
    this.connection = connection;
    this.catalog = catalog;
    this.caller = caller;
    this.atEnd = atEnd;
    this.extended = new ExtendedQuery(connection, this, catalog);
  }

  void received(Inbound.Message message) {
    pending.add(message);
    pendingBytes += message.bytes();
    pump();
  }

  /** Goes on with what waits, as far as it can. */
  void pump() {
    while (running == null && !over && !connection.ending() && readable()) {
      if (script != null) {
        next(script);
      } else if (pending.isEmpty()) {
        break;
      } else {
        Inbound.Message message = pending.remove();
        pendingBytes -= message.bytes();
        handle(message);
      }
    }
    if (!over && !connection.ending()) {
      connection.autoRead(pendingBytes < Limits.MESSAGE_BYTES);
    }
  }

  /** Whether the client takes what it is sent: answers are not piled up for it. */
  private boolean readable() {
    if (!connection.writable()) {
      connection.flush();
    }
    return connection.writable();
  }

  private void handle(Inbound.Message message) {
    if (skipping && message.type() != 'S' && message.type() != 'X') {
      return;
    }
    Body body = new Body(message.body());
    try {
      switch (message.type()) {
        case 'Q' -> query(body);
        case 'P' -> extended.parse(body);
        case 'B' -> extended.bind(body);
        case 'D' -> extended.describe(body);
        case 'E' -> extended.execute(body);
        case 'C' -> extended.close(body);
        case 'S' -> endOfCycle();
        case 'H' -> connection.flush();
        case 'X' -> connection.close();
        case 'F' -> {
          script = new ArrayDeque<>();
          throw ConsoleException.of(
              ConsoleException.NOT_SUPPORTED, "there are no functions to call", "");
        }
        case 'd', 'c', 'f' -> {} // what is left of a COPY, as PostgreSQL
        default ->
            connection.fatal(
                ErrorResponse.fatal(
                    ErrorResponse.PROTOCOL_VIOLATION,
                    "invalid frontend message type " + (int) message.type()));
      }
    } catch (ConsoleException e) {
      fail(e.error());
    }
  }

  private void endOfCycle() {
    skipping = false;
    if (status == 'I') {
      extended.forgetPortals();
    }
    ready();
  }

  private void ready() {
    connection.send(messages -> messages.readyForQuery(status));
    connection.flush();
  }

  private void query(Body body) throws ConsoleException {
    script = new ArrayDeque<>();
    String text = body.string();
    body.end();
    List<List<Token>> statements = Lexer.statements(text);
    if (statements.isEmpty()) {
      connection.send(messages -> messages.emptyQueryResponse());
    }
    script.addAll(statements);
  }

  /** The next statement of a Query. */
  private void next(Deque<List<Token>> statements) {
    List<Token> tokens = statements.poll();
    if (tokens == null) {
      script = null;
      ready();
      return;
    }
    try {
      for (Token token : tokens) {
        if (token.kind() == Token.Kind.PARAMETER) {
          throw ConsoleException.of("42P02", "there is no parameter " + token.brief(), "");
        }
      }
      Command command = catalog.command(tokens);
      run(command, answer -> tell(command, answer));
    } catch (ConsoleException e) {
      fail(e.error());
    }
  }

  private void tell(Command command, Answer answer) {
    List<Column> columns = command.columns();
    if (!columns.isEmpty()) {
      connection.send(messages -> {
        messages.rowDescription(columns, i -> false);
        answer.rows().forEach(row -> messages.dataRow(columns, row, i -> false));
      });
    }
    complete(command, answer);
  }

  /** The end of a command that went well. */
  void complete(Command command, Answer answer) {
    connection.send(messages -> {
      if (!answer.notice().isEmpty()) {
        messages.notice(answer.notice());
      }
      switch (command) {
        case Command.Empty() -> messages.emptyQueryResponse();
        case Command.Transaction(Command.Verb verb) -> messages.commandComplete(turn(verb));
        case Command.Deallocate(_, String tag) -> messages.commandComplete(tag);
        case Command.Work work -> messages.commandComplete(work.tag());
      }
    });
  }

  /** Returns the tag: the COMMIT of what has failed is a ROLLBACK. */
  private String turn(Command.Verb verb) {
    boolean failed = status == 'E';
    status = verb == Command.Verb.BEGIN ? 'T' : 'I';
    extended.forgetPortals();
    return failed && verb == Command.Verb.COMMIT ? Command.Verb.ROLLBACK.name() : verb.name();
  }

  /** Runs it, now or until it is done; nothing else happens in this session meanwhile. */
  void run(Command command, Consumer<Answer> then) throws ConsoleException {
    boolean ends =
        command instanceof Command.Transaction(Command.Verb verb) && verb != Command.Verb.BEGIN;
    if (status == 'E' && !ends && !(command instanceof Command.Empty)) {
      throw ConsoleException.of(
          IN_FAILED_TRANSACTION,
          "current transaction is aborted, commands ignored until end of transaction block",
          "");
    }
    switch (command) {
      case Command.Empty(), Command.Transaction _ -> then.accept(Answer.EMPTY);
      case Command.Deallocate(@Nullable String statement, _) -> {
        extended.deallocate(statement);
        then.accept(Answer.EMPTY);
      }
      case Command.Work work -> {
        Execution execution =
            new Execution(work, new Command.Invocation(caller, connection.loop()));
        running = execution;
        if (execution.done()) {
          finish(execution, then);
        } else {
          connection.flush();
          execution.afterwards(() -> {
            finish(execution, then);
            pump();
          });
        }
      }
    }
  }

  private void finish(Execution execution, Consumer<Answer> then) {
    running = null;
    if (over || connection.ending()) {
      return;
    }
    try {
      then.accept(execution.answer());
    } catch (ConsoleException e) {
      fail(e.error());
    }
  }

  private void fail(ErrorResponse error) {
    connection.send(messages -> messages.error(error));
    if (status == 'T') {
      status = 'E';
    }
    if (script != null) {
      script.clear();
    } else {
      skipping = true;
    }
  }

  /** Ends what it runs, if it does. Any thread. */
  void cancel() {
    connection
        .loop()
        .execute(() -> {
          if (running != null) {
            running.cancel("canceling statement due to user request");
          }
        });
  }

  /** The connection has closed. */
  void ended() {
    over = true;
    if (running != null) {
      running.cancel("the client is gone");
    }
    atEnd.run();
  }
}
