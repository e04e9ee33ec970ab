package org.pgdeeplake.manager.credentials;

/**
 * When the postmaster reloads, it logs each parameter that changes with its new value, at level
 * LOG. A line in the same file that silences it is in force before: settings are applied in the
 * order of the files. Unless the same parameter is set once more further on; then only the last
 * counts, and the next of these is tried.
 */
enum Mute {
  LEVEL("log_min_messages", "fatal"),
  DESTINATION("log_destination", "''");

  /** By which the lines are found again after a manager was killed. */
  static final String MARK = " # pg-manager";

  private final String parameter;
  private final String value;

  Mute(String parameter, String value) {
    this.parameter = parameter;
    this.value = value;
  }

  String parameter() {
    return parameter;
  }

  String line() {
    return parameter + " = " + value + MARK;
  }

  /** Whether the server was started with it as an option, which beats every file. */
  boolean isBeatenBy(String postmasterOptions) {
    String options = postmasterOptions.replace('-', '_');
    return options.contains(parameter) || (this == LEVEL && options.contains("\"_d"));
  }
}
