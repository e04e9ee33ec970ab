package org.pgdeeplake.proxy.tls;

import java.util.List;

/** Certificates, keys or settings with which TLS cannot work; the message is for the user. */
public final class TlsFileException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String[] problems;

  public TlsFileException(String message) {
    this(List.of(message));
  }

  /**
   * @param problems a line each; not empty
   */
  public TlsFileException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = problems.toArray(String[]::new);
  }

  /** A line each. */
  public List<String> problems() {
    return List.of(problems);
  }
}
