package org.pgdeeplake.proxy.console;

import org.pgdeeplake.proxy.postgres.ErrorResponse;

/** A command failed; the session goes on. */
final class ConsoleException extends Exception {
  private static final long serialVersionUID = 1L;

  static final String SYNTAX_ERROR = "42601";
  static final String NOT_SUPPORTED = "0A000";
  static final String UNDEFINED_OBJECT = "42704";
  static final String LIMIT_EXCEEDED = "54000";
  static final String QUERY_CANCELED = "57014";
  static final String INTERNAL_ERROR = "XX000";

  private final transient ErrorResponse error;

  ConsoleException(ErrorResponse error) {
    super(error.message(), null, false, false);
    this.error = error;
  }

  /**
   * @param hint empty for none
   */
  static ConsoleException of(String sqlState, String message, String hint) {
    return new ConsoleException(new ErrorResponse(sqlState, message, "", hint));
  }

  static ConsoleException syntax(String message, String hint) {
    return of(SYNTAX_ERROR, message, hint);
  }

  ErrorResponse error() {
    return error;
  }
}
