package org.pgdeeplake.proxy.config;

/** A text that is not of its key's kind; the message says what is wrong and what would be right. */
final class BadValue extends Exception {
  private static final long serialVersionUID = 1;

  private final String message;

  BadValue(String message) {
    super(message, null, false, false);
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }
}
