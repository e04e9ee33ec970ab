package org.pgdeeplake.manager.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Values that parse but are out of range. */
final class Checks {
  private Checks() {}

  static void range(CommandSpec command, String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new ParameterException(
          command.commandLine(),
          "Invalid value for option '%s': %d is not between %d and %d"
              .formatted(option, value, least, most));
    }
  }
}
