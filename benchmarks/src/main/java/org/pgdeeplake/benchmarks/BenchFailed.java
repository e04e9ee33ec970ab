package org.pgdeeplake.benchmarks;

import java.io.Serial;

/** The run cannot go on; the message is for the user and says why. */
public final class BenchFailed extends Exception {
  @Serial private static final long serialVersionUID = 1;

  public BenchFailed(String message) {
    super(message);
  }

  public BenchFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
