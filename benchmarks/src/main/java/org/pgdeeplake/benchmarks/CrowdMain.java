package org.pgdeeplake.benchmarks;

/** {@code bin/crowd}. */
public final class CrowdMain {
  private CrowdMain() {}

  public static void main(String[] args) {
    Main.run(new CrowdCommand(), args);
  }
}
