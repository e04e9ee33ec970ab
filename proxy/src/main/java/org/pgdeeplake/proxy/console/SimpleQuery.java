package org.pgdeeplake.proxy.console;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.Column;

/**
 * A Query: statements one after the other, up to the first that fails (PostgreSQL manual, 54.2.2).
 * On its connection's loop.
 */
final class SimpleQuery {
  private final Connection connection;
  private final Dialogue dialogue;
  private final Catalog catalog;

  /** What is left of it; null where none is at work. */
  private @Nullable Deque<List<Token>> script;

  SimpleQuery(Connection connection, Dialogue dialogue, Catalog catalog) {
    this.connection = connection;
    this.dialogue = dialogue;
    this.catalog = catalog;
  }

  boolean atWork() {
    return script != null;
  }

  /** One whose statements are still to come; it ends as a Query does. */
  void begin() {
    script = new ArrayDeque<>();
  }

  void begin(Body body) throws ConsoleException {
    begin();
    String text = body.string();
    body.end();
    List<List<Token>> statements = Lexer.statements(text);
    if (statements.isEmpty()) {
      connection.send(messages -> messages.emptyQueryResponse());
    }
    script = new ArrayDeque<>(statements);
  }

  /** The rest of it is not done. */
  void abandon() {
    if (script != null) {
      script.clear();
    }
  }

  /** The next statement, or the end. */
  void next() throws ConsoleException {
    List<Token> tokens = script == null ? null : script.poll();
    if (tokens == null) {
      script = null;
      dialogue.ready();
      return;
    }
    for (Token token : tokens) {
      if (token.kind() == Token.Kind.PARAMETER) {
        throw ConsoleException.of("42P02", "there is no parameter " + token.brief(), "");
      }
    }
    Command command = catalog.command(tokens);
    dialogue.run(command, answer -> tell(command, answer));
  }

  private void tell(Command command, Answer answer) {
    List<Column> columns = command.columns();
    if (!columns.isEmpty()) {
      connection.send(messages -> {
        messages.rowDescription(columns, i -> false);
        answer.rows().forEach(row -> messages.dataRow(columns, row, i -> false));
      });
    }
    dialogue.complete(command, answer);
  }
}
