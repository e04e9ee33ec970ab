package org.pgdeeplake.manager.command;

import java.time.Duration;
import java.util.Stack;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.TypeConversionException;

/** {@code --wait [TIME]}: what follows and is no time is the next argument. */
final class LockWait implements IParameterConsumer {
  /** As good as for ever. */
  static final Duration UNLIMITED = Duration.ofDays(365);

  @Override
  public void consumeParameters(Stack<String> args, ArgSpec argument, CommandSpec command) {
    Duration wait = UNLIMITED;
    if (!args.isEmpty()) {
      try {
        wait = new DurationConverter().convert(args.peek());
        args.pop();
      } catch (TypeConversionException _) {
        // It belongs to somebody else.
      }
    }
    argument.setValue(wait);
  }
}
