package org.pgdeeplake.benchmarks.crowd;

import java.io.PrintStream;

/**
 * Tells how far a run is.
 *
 * @param terminal whether a line can be written over
 */
public record Telling(PrintStream out, boolean terminal) {
  private static final String CLEAR_LINE = "\r\033[K";

  /** A step begins; a line that stays. */
  void step(String what) {
    out.println((terminal ? CLEAR_LINE : "") + what);
  }

  /** On a terminal only. */
  void part(String what, long done, long all) {
    if (terminal) {
      out.print(CLEAR_LINE + "  %s: %,d of %,d".formatted(what, done, all));
      if (done >= all) {
        out.print(CLEAR_LINE);
      }
      out.flush();
    }
  }
}
