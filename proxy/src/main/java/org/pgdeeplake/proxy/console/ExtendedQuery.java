package org.pgdeeplake.proxy.console;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.Column;
import org.pgdeeplake.proxy.postgres.ErrorResponse;

/**
 * Prepared statements and portals of one session (PostgreSQL manual, 54.2.3). The value of a
 * parameter takes its place as if it had been written there in quotes. On its connection's loop.
 */
final class ExtendedQuery {
  private static final String NO_STATEMENT = "26000";
  private static final String NO_PORTAL = "34000";
  private static final String DUPLICATE_STATEMENT = "42P05";
  private static final String DUPLICATE_PORTAL = "42P03";

  private final Connection connection;
  private final Dialogue dialogue;
  private final Catalog catalog;
  private final Map<String, Prepared> statements = new HashMap<>();
  private final Map<String, Portal> portals = new HashMap<>();

  /** Of all statements. */
  private int bytes;

  /**
   * @param command with parameters in the place of their values: only for its columns
   */
  private record Prepared(List<Token> tokens, Command command, List<Integer> types) {
    /** What it costs to keep it, more or less. */
    int bytes() {
      return tokens.stream().mapToInt(Token::bytes).sum();
    }
  }

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
    drop("");
    portals.remove("");
  }

  /** Returns whether there was such a statement. */
  private boolean drop(String name) {
    Prepared dropped = statements.remove(name);
    bytes -= dropped == null ? 0 : dropped.bytes();
    return dropped != null;
  }

  /**
   * @param name null: all
   */
  void deallocate(@Nullable String name) throws ConsoleException {
    if (name == null) {
      statements.clear();
      bytes = 0;
    } else if (!drop(name)) {
      throw noStatement(name);
    }
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
    if (!name.isEmpty() && statements.containsKey(name)) {
      throw ConsoleException.of(
          DUPLICATE_STATEMENT, "prepared statement \"" + name + "\" already exists", "");
    }
    drop(name); // the unnamed one gives way, even to what is wrong
    List<List<Token>> parts = Lexer.statements(text);
    if (parts.size() > 1) {
      throw ConsoleException.syntax(
          "cannot insert multiple commands into a prepared statement", "");
    }
    List<Token> tokens = parts.isEmpty() ? List.of() : parts.getFirst();
    keep(name, new Prepared(tokens, catalog.command(tokens), Parameters.types(tokens, declared)));
    connection.send(messages -> messages.parseComplete());
  }

  private void keep(String name, Prepared prepared) throws ConsoleException {
    if (statements.size() >= Limits.PREPARED_STATEMENTS
        || bytes + prepared.bytes() > Limits.PREPARED_BYTES) {
      throw ConsoleException.of(
          ConsoleException.LIMIT_EXCEEDED,
          "too many prepared statements, or too long ones",
          "DEALLOCATE ALL");
    }
    statements.put(name, prepared);
    bytes += prepared.bytes();
  }

  void bind(Body body) throws ConsoleException {
    String name = body.string();
    Prepared prepared = statement(body.string());
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
      Prepared prepared = statement(name);
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
      drop(name);
    } else {
      portals.remove(name);
    }
    connection.send(messages -> messages.closeComplete());
  }

  private Prepared statement(String name) throws ConsoleException {
    Prepared prepared = statements.get(name);
    if (prepared == null) {
      throw noStatement(name);
    }
    return prepared;
  }

  private Portal portal(String name) throws ConsoleException {
    Portal portal = portals.get(name);
    if (portal == null) {
      throw ConsoleException.of(NO_PORTAL, "portal \"" + name + "\" does not exist", "");
    }
    return portal;
  }

  private static ConsoleException noStatement(String name) {
    return ConsoleException.of(
        NO_STATEMENT, "prepared statement \"" + name + "\" does not exist", "");
  }
}
