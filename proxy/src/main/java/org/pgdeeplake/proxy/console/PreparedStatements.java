package org.pgdeeplake.proxy.console;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Those of one session, in number and in size no more than it may keep. */
final class PreparedStatements {
  private static final String NO_STATEMENT = "26000";
  private static final String DUPLICATE_STATEMENT = "42P05";

  private final Map<String, Prepared> statements = new HashMap<>();
  private int bytes;

  /**
   * @param command with parameters in the place of their values: only for its columns
   */
  record Prepared(List<Token> tokens, Command command, List<Integer> types) {
    private int bytes() {
      return tokens.stream().mapToInt(Token::bytes).sum();
    }
  }

  Prepared get(String name) throws ConsoleException {
    Prepared prepared = statements.get(name);
    if (prepared == null) {
      throw missing(name);
    }
    return prepared;
  }

  /**
   * For one that is to be kept under this name: the unnamed one gives way, even to what is wrong.
   */
  void makeWay(String name) throws ConsoleException {
    if (name.isEmpty()) {
      var _ = drop(name);
    } else if (statements.containsKey(name)) {
      throw ConsoleException.of(
          DUPLICATE_STATEMENT, "prepared statement \"" + name + "\" already exists", "");
    }
  }

  /** After {@link #makeWay}. */
  void keep(String name, Prepared prepared) throws ConsoleException {
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

  /** Returns whether there was one. */
  boolean drop(String name) {
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
      throw missing(name);
    }
  }

  private static ConsoleException missing(String name) {
    return ConsoleException.of(
        NO_STATEMENT, "prepared statement \"" + name + "\" does not exist", "");
  }
}
