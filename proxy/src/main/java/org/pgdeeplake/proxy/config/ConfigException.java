package org.pgdeeplake.proxy.config;

import java.util.List;

/** A configuration that cannot be used; the message has one line for each problem. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1;

  private final String message;
  private final int problems;

  ConfigException(List<String> problems) {
    this(String.join("\n", problems), problems.size());
  }

  private ConfigException(String message, int problems) {
    super(message, null, false, false);
    this.message = message;
    this.problems = problems;
  }

  @Override
  public String getMessage() {
    return message;
  }

  public int problems() {
    return problems;
  }
}
