package org.pgdeeplake.proxy;

import java.util.List;

/** The proxy cannot start; the message is for whoever started it. */
public final class StartException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String[] problems;

  public StartException(String message) {
    this(List.of(message));
  }

  /**
   * @param problems a line each; not empty
   */
  public StartException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = problems.toArray(String[]::new);
  }

  /** A line each. */
  public List<String> problems() {
    return List.of(problems);
  }
}
