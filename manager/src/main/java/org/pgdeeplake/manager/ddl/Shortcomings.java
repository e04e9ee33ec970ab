package org.pgdeeplake.manager.ddl;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What is left to do after DDL that is done, a line each; none if it is complete. */
public final class Shortcomings {
  static final String WHAT_STAYS = "heap tables and views do not travel";

  /** As {@link org.pgdeeplake.manager.sql.CatalogDifference} names what may be such. */
  private static final Pattern MAY_STAY =
      Pattern.compile("missing: (materialized )?(table|view) .*");

  /** Of what an instance lacks. */
  private static final int NAMED = 5;

  private Shortcomings() {}

  public static List<String> of(DdlOutcome outcome) {
    List<String> lines = new ArrayList<>();
    String done =
        outcome.unknown()
            ? "the catalog of %s has changed".formatted(outcome.instance().name())
            : outcome.what() + " is done on " + outcome.instance().name();
    if (outcome.failure() != null) {
      lines.add(outcome.failure());
    }
    for (Visibility.Missing missing : outcome.propagated().missing()) {
      lines.add(
          "%s, but not visible on %s: %s%s"
              .formatted(
                  done,
                  missing.instance().name(),
                  words(missing.missing()),
                  missing.missing().stream().anyMatch(MAY_STAY.asMatchPredicate())
                      ? " (" + WHAT_STAYS + ")"
                      : ""));
    }
    Propagated.NotAwaited notAwaited = outcome.propagated().notAwaited();
    if (notAwaited != null && notAwaited.problem()) {
      lines.add(
          (outcome.unknown() ? "" : done + ", but ")
              + "whether the others show it is not known: "
              + notAwaited.reason());
    }
    if (outcome.cache().failure() != null) {
      lines.add(
          "%sthe cache may still have what was before: %s; then: manage cache-flush"
              .formatted(outcome.unknown() ? "" : done + ", but ", outcome.cache().failure()));
    }
    return lines;
  }

  /** In one line. */
  public static String words(List<String> missing) {
    int more = missing.size() - NAMED;
    return missing.stream().limit(NAMED).collect(Collectors.joining("; "))
        + (more > 0 ? "; and " + more + " more" : "");
  }
}
