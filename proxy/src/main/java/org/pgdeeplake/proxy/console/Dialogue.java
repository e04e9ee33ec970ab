package org.pgdeeplake.proxy.console;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * One session after its login: messages in their order, one command at a time, and none while the
 * client does not read (PostgreSQL manual, 54.2.2 to 54.2.4). On its connection's loop, but {@link
 * #cancel}.
 */
final class Dialogue {
  /** Messages and statements, after which others on this loop have their turn. */
  static final int STEPS = 64;

  private final Connection connection;
  private final Caller caller;
  private final Runnable atEnd;
  private final SimpleQuery simple;
  private final ExtendedQuery extended;
  private final Deque<Inbound.Message> pending = new ArrayDeque<>();
  private int pendingBytes;

  private final Transaction transaction = new Transaction();

  /** After an error in the extended protocol, up to the next Sync. */
  private boolean skipping;

  private @Nullable Execution running;
  private boolean pumping;

  /** Since the last rest. */
  private int steps;

  private boolean resting;
  private boolean over;

  /**
   * @param atEnd when the connection has closed
   */
  Dialogue(Connection connection, Catalog catalog, Caller caller, Runnable atEnd) {
    this.connection = connection;
    this.caller = caller;
    this.atEnd = atEnd;
    this.simple = new SimpleQuery(connection, this, catalog);
    this.extended = new ExtendedQuery(connection, this, catalog);
  }

  void received(Inbound.Message message) {
    pending.add(message);
    pendingBytes += message.bytes();
    pump();
  }

  /** Goes on with what waits, as far as it can. */
  void pump() {
    if (pumping) {
      return; // out of a flush below, after which the loop looks again
    }
    pumping = true;
    try {
      // What the client reads comes first: to find it out may end the connection.
      while (readable() && running == null && !resting && !over && !connection.ending()) {
        if (!step()) {
          break;
        }
      }
    } finally {
      pumping = false;
    }
    if (!over && !connection.ending()) {
      connection.autoRead(pendingBytes < Limits.MESSAGE_BYTES);
    }
  }

  /** Does the next thing, or rests before it; false where there is none. */
  private boolean step() {
    if (!simple.atWork() && pending.isEmpty()) {
      return false;
    }
    if (steps == STEPS) {
      resting = true;
      var _ = connection.after(Duration.ZERO, this::resume);
      return true;
    }
    steps++;
    try {
      if (simple.atWork()) {
        simple.next();
      } else {
        Inbound.Message message = pending.remove();
        pendingBytes -= message.bytes();
        handle(message);
      }
    } catch (ConsoleException e) {
      fail(e.error());
    }
    return true;
  }

  private void resume() {
    resting = false;
    steps = 0;
    pump();
  }

  /** Whether the client takes what it is sent: answers are not piled up for it. */
  private boolean readable() {
    if (!connection.writable()) {
      connection.flush();
    }
    return connection.writable();
  }

  private void handle(Inbound.Message message) throws ConsoleException {
    if (skipping && message.type() != 'S' && message.type() != 'X') {
      return;
    }
    Body body = new Body(message.body());
    switch (message.type()) {
      case 'Q' -> {
        extended.forgetUnnamed();
        simple.begin(body);
      }
      case 'P' -> extended.parse(body);
      case 'B' -> extended.bind(body);
      case 'D' -> extended.describe(body);
      case 'E' -> extended.execute(body);
      case 'C' -> extended.close(body);
      case 'S' -> endOfCycle();
      case 'H' -> connection.flush();
      case 'X' -> connection.close();
      case 'F' -> {
        simple.begin();
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
  }

  private void endOfCycle() {
    skipping = false;
    if (transaction.status() == 'I') {
      extended.forgetPortals();
    }
    ready();
  }

  void ready() {
    connection.send(messages -> messages.readyForQuery(transaction.status()));
    connection.flush();
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

  private String turn(Command.Verb verb) {
    extended.forgetPortals();
    return transaction.turn(verb);
  }

  /** Runs it, now or until it is done; nothing else happens in this session meanwhile. */
  void run(Command command, Consumer<Answer> then) throws ConsoleException {
    transaction.check(command);
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
          execution.afterwards(() ->
              connection.guard(() -> {
                finish(execution, then);
                pump();
              }));
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
    transaction.failed();
    if (simple.atWork()) {
      simple.abandon();
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
