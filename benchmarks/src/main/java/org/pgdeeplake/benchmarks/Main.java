package org.pgdeeplake.benchmarks;

import picocli.CommandLine;

/** {@code benchmarks/run.sh}. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    run(new SideBySide(), args);
  }

  /** Ends the process; what cannot be done is told in a line, and a bug with its trace. */
  static void run(Object command, String... args) {
    CommandLine line = new CommandLine(command);
    line.setExecutionExceptionHandler((failure, _, _) -> {
      if (failure instanceof BenchFailed) {
        System.err.println(failure.getMessage());
      } else {
        failure.printStackTrace();
      }
      return 1;
    });
    System.exit(line.execute(args));
  }
}
