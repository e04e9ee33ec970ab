package org.pgdeeplake.manager.sql;

import java.nio.charset.StandardCharsets;

/** Names that go into SQL. */
public final class Identifiers {
  /** NAMEDATALEN - 1; PostgreSQL cuts what is longer, and so means another object. */
  private static final int MAX_BYTES = 63;

  private Identifiers() {}

  /**
   * The identifier that means exactly this name, always in quotes: whether a word is reserved
   * depends on the server's version.
   *
   * @throws IllegalArgumentException it cannot be a name: empty, longer than 63 bytes of UTF-8, a
   *     NUL character, half a surrogate pair
   */
  public static String quote(String name) {
    requireName(name, "name");
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /**
   * Returns the name as it is.
   *
   * @throws IllegalArgumentException as {@link #quote}, and for control characters: such a name
   *     breaks every list that it stands in, and pg_dumpall
   */
  public static String requireDatabaseName(String name) {
    requireName(name, "database name");
    int control = (int) name.codePoints().takeWhile(c -> !Character.isISOControl(c)).count();
    if (control < name.codePointCount(0, name.length())) {
      throw new IllegalArgumentException(
          "the database name has a control character, the character " + (control + 1));
    }
    return name;
  }

  /**
   * @param what it is, for the message
   * @throws IllegalArgumentException as {@link #quote}
   */
  public static void requireName(String name, String what) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the " + what + " is empty");
    }
    if (name.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("the " + what + " has a NUL character");
    }
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
      throw new IllegalArgumentException("the " + what + " is not valid Unicode");
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "the %s '%s' has %d bytes: at most %d".formatted(what, name, bytes, MAX_BYTES));
    }
  }
}
