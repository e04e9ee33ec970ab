package org.pgdeeplake.manager.sql;

/** PostgreSQL could not read the text either; the message says what is wrong at which place. */
final class UnreadableSql extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableSql(String what, String sql, int offset) {
    super(what + " at " + Place.of(sql, offset));
  }
}
