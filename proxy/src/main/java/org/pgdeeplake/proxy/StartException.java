package org.pgdeeplake.proxy;

/** The proxy cannot start; the message is for whoever started it. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  public StartException(String message) {
    super(message);
  }
}
