package org.pgdeeplake.benchmarks;

import picocli.CommandLine;

/** {@code benchmarks/run.sh}. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    CommandLine line = new CommandLine(new SideBySide());
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
