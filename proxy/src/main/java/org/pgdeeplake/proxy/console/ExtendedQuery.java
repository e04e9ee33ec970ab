package org.pgdeeplake.proxy.console;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.console.PreparedStatements.Prepared;
import org.pgdeeplake.proxy.postgres.Column;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * Prepared statements and portals of one session (PostgreSQL manual, 54.2.3). The value of a
 * parameter takes its place as if it had been written there in quotes. On its connection's loop.
 */
final class ExtendedQuery {
  private static final String NO_PORTAL = "34000";
  private static final String DUPLICATE_PORTAL = "42P03";

  private final Connection connection;
  private final Dialogue dialogue;
  private final Catalog catalog;
  private final PreparedStatements statements = new PreparedStatements();
  private final Map<String, Portal> portals = new HashMap<>();

  private static final class Portal {
    final Command command;
    final IntPredicate binary;
    @Nullable Answer answer;
    int sent;

    Portal(Command command, IntPredicate binary) {
      this.command = command;
      this.binary = binary;
    }
  }

  ExtendedQuery(Connection connection, Dialogue dialogue, Catalog catalog) {
    this.connection = connection;
    this.dialogue = dialogue;
    this.catalog = catalog;
  }

  void forgetPortals() {
    portals.clear();
  }

  /** What a simple Query does (PostgreSQL manual, 54.2.3). */
  void forgetUnnamed() {
    var _ = statements.drop("");
    portals.remove("");
  }

  /**
   * @param name null: all
   */
  void deallocate(@Nullable String name) throws ConsoleException {
    statements.deallocate(name);
  }

  void parse(Body body) throws ConsoleException {
    String name = body.string();
    String text = body.string();
    int count = body.int16();
    List<Integer> declared = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      declared.add(body.int32());
    }
    body.end();
    statements.makeWay(name);
    List<List<Token>> parts = Lexer.statements(text);
    if (parts.size() > 1) {
      throw ConsoleException.syntax(
          "cannot insert multiple commands into a prepared statement", "");
    }
    List<Token> tokens = parts.isEmpty() ? List.of() : parts.getFirst();
    statements.keep(
        name, new Prepared(tokens, catalog.command(tokens), Parameters.types(tokens, declared)));
    connection.send(messages -> messages.parseComplete());
  }

  void bind(Body body) throws ConsoleException {
    String name = body.string();
    Prepared prepared = statements.get(body.string());
    List<Integer> formats = body.shorts();
    int count = body.int16();
    Parameters.checkFormats(formats, "parameter", count);
    if (count != prepared.types().size()) {
      throw ConsoleException.of(
          ErrorResponse.PROTOCOL_VIOLATION,
          "bind message supplies %d parameters, but the prepared statement requires %d"
              .formatted(count, prepared.types().size()),
          "");
    }
    List<String> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean binary = format(formats, i) == 1;
      values.add(Parameters.value(body.bytes(), prepared.types().get(i), binary));
    }
    List<Integer> results = body.shorts();
    body.end();
    if (!name.isEmpty() && portals.containsKey(name)) {
      throw ConsoleException.of(DUPLICATE_PORTAL, "portal \"" + name + "\" already exists", "");
    }
    if (portals.size() >= Limits.PORTALS && !portals.containsKey(name)) {
      throw ConsoleException.of(ConsoleException.LIMIT_EXCEEDED, "too many open portals", "");
    }
    Command command = catalog.command(Parameters.filled(prepared.tokens(), values));
    int columns = command.columns().size();
    // What has no rows takes any number, as in PostgreSQL.
    Parameters.checkFormats(results, "result", columns == 0 ? results.size() : columns);
    portals.put(name, new Portal(command, i -> format(results, i) == 1));
    connection.send(messages -> messages.bindComplete());
  }

  /** None: all are text; one: for all. */
  private static int format(List<Integer> formats, int index) {
    if (formats.size() == 1) {
      return formats.getFirst();
    }
    return index < formats.size() ? formats.get(index) : 0;
  }

  void describe(Body body) throws ConsoleException {
    boolean ofStatement = body.character() == 'S';
    String name = body.string();
    body.end();
    if (ofStatement) {
      Prepared prepared = statements.get(name);
      connection.send(messages -> messages.parameterDescription(prepared.types()));
      describe(prepared.command().columns(), i -> false);
    } else {
      Portal portal = portal(name);
      describe(portal.command.columns(), portal.binary);
    }
  }

  private void describe(List<Column> columns, IntPredicate binary) {
    connection.send(messages -> {
      if (columns.isEmpty()) {
        messages.noData();
      } else {
        messages.rowDescription(columns, binary);
      }
    });
  }

  void execute(Body body) throws ConsoleException {
    Portal portal = portal(body.string());
    int limit = body.int32();
    body.end();
    if (portal.answer != null) {
      if (portal.command.columns().isEmpty()) {
        throw ConsoleException.of("55000", "this portal has run", "");
      }
      rows(portal, portal.answer, limit);
      return;
    }
    dialogue.run(
        portal.command,
        answer -> {
          portal.answer = answer;
          rows(portal, answer, limit);
        });
  }

  /**
   * @param limit rows at most; 0 is no limit
   */
  private void rows(Portal portal, Answer answer, int limit) {
    List<Column> columns = portal.command.columns();
    int size = columns.isEmpty() ? 0 : answer.rows().size();
    int from = portal.sent;
    int to = limit <= 0 ? size : Math.min(size, from + Math.min(limit, size));
    portal.sent = to;
    connection.send(messages ->
        answer
            .rows()
            .subList(from, to)
            .forEach(row -> messages.dataRow(columns, row, portal.binary)));
    // As PostgreSQL, which does not look whether another row would have come.
    if (limit > 0 && to - from == limit) {
      connection.send(messages -> messages.portalSuspended());
    } else {
      dialogue.complete(portal.command, answer);
    }
  }

  void close(Body body) throws ConsoleException {
    boolean ofStatement = body.character() == 'S';
    String name = body.string();
    body.end();
    if (ofStatement) {
      var _ = statements.drop(name);
    } else {
      portals.remove(name);
    }
    connection.send(messages -> messages.closeComplete());
  }

  private Portal portal(String name) throws ConsoleException {
    Portal portal = portals.get(name);
    if (portal == null) {
      throw ConsoleException.of(NO_PORTAL, "portal \"" + name + "\" does not exist", "");
    }
    return portal;
  }
}
