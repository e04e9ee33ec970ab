package org.pgdeeplake.benchmarks;

import picocli.CommandLine;

/** {@code bin/crowd}. */
public final class CrowdMain {
  private CrowdMain() {}

  public static void main(String[] args) {
    CommandLine line = new CommandLine(new CrowdCommand());
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
