package org.pgdeeplake.benchmarks.crowd;

import java.util.ArrayList;
import java.util.List;

/**
 * What one crowd has shown: figures in the order in which they were found, and what was wrong. One
 * thread.
 */
public final class Finding {
  /** A figure with its unit. */
  public record Figure(String what, String value) {}

  private final String title;
  private final List<Figure> figures = new ArrayList<>();
  private final List<String> errors = new ArrayList<>();

  Finding(String title) {
    this.title = title;
  }

  Finding figure(String what, String value) {
    figures.add(new Figure(what, value));
    return this;
  }

  Finding figure(String what, long count) {
    return figure(what, "%,d".formatted(count));
  }

  Finding error(String reason) {
    errors.add(reason);
    return this;
  }

  /** Tells the reason if it is not so. */
  Finding require(boolean holds, String reason) {
    return holds ? this : error(reason);
  }

  public String title() {
    return title;
  }

  public List<Figure> figures() {
    return List.copyOf(figures);
  }

  public List<String> errors() {
    return List.copyOf(errors);
  }
}
