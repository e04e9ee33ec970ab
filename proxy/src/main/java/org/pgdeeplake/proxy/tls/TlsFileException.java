package org.pgdeeplake.proxy.tls;

/** A certificate, key or setting with which TLS cannot work; the message is for the user. */
public final class TlsFileException extends Exception {
  private static final long serialVersionUID = 1L;

  public TlsFileException(String message) {
    super(message);
  }
}
