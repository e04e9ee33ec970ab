package org.pgdeeplake.manager.ddl;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a change has come.
 *
 * @param others the other instances; empty also where none was looked at
 * @param notAwaited why none was looked at; null: they were
 */
public record Propagated(List<Visibility> others, @Nullable NotAwaited notAwaited) {

  /**
   * @param problem somebody has to look; false: there is nothing to wait for, or nobody wants to
   */
  public record NotAwaited(String reason, boolean problem) {}

  public Propagated {
    others = List.copyOf(others);
  }

  static Propagated not(String reason) {
    return new Propagated(List.of(), new NotAwaited(reason, false));
  }

  static Propagated unknown(String reason) {
    return new Propagated(List.of(), new NotAwaited(reason, true));
  }

  /** Nobody has to look again. */
  boolean complete() {
    return (notAwaited == null || !notAwaited.problem()) && missing().isEmpty();
  }

  List<Visibility.Missing> missing() {
    return others.stream()
        .filter(Visibility.Missing.class::isInstance)
        .map(Visibility.Missing.class::cast)
        .toList();
  }
}
