package org.pgdeeplake.proxy.query;

/** What was asked cannot be answered; the message is for whoever asked. */
public final class QueryException extends Exception {
  private static final long serialVersionUID = 1;

  QueryException(String message) {
    super(message, null, false, false);
  }
}
