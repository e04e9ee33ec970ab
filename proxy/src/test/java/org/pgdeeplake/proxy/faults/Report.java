package org.pgdeeplake.proxy.faults;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The figures of a story.
 *
 * @param played how many of its faults, from the first on
 * @param whole whether it came to its end; only there the acknowledged writes are looked for
 */
record Report(Story story, int played, boolean whole, FaultRun.Outcome outcome) {
  private static final String BETWEEN = ", ";

  /** How often each kind was played. */
  private Map<Kind, Long> injected() {
    return story.faults().subList(0, played).stream()
        .collect(
            Collectors.groupingBy(
                Fault::kind, () -> new EnumMap<>(Kind.class), Collectors.counting()));
  }

  /** How clients failed as they may, and how often, by kind. */
  private Map<String, Map<String, Integer>> heard() {
    Map<String, Map<String, Integer>> heard = new TreeMap<>();
    outcome
        .allowed()
        .forEach((what, times) -> {
          String[] parts = what.split(BETWEEN, 2);
          var _ = heard.computeIfAbsent(parts[0], _ -> new TreeMap<>()).put(parts[1], times);
        });
    return heard;
  }

  private String heard(Kind kind) {
    Map<String, Integer> all = heard().getOrDefault(kind.name(), Collections.emptyMap());
    return all.entrySet().stream()
        .map(one -> one.getKey() + ": " + one.getValue())
        .collect(Collectors.joining(BETWEEN));
  }

  private String sum() {
    String lost = whole ? outcome.lost().size() + " lost" : "not looked for";
    return "%,d faults; %,d whole sessions, %,d writes acknowledged, %s, %d violations"
        .formatted(played, outcome.sessions(), outcome.writes(), lost, outcome.violations().size());
  }

  /** For whoever has started it. */
  String text() {
    StringBuilder text = new StringBuilder();
    outcome.lost().forEach(write -> text.append("LOST ").append(write).append('\n'));
    outcome.violations().forEach(one -> text.append("VIOLATION ").append(one).append('\n'));
    text.append("faults, and what clients heard as they may:\n");
    injected()
        .forEach((kind, times) ->
            text.append("  %5d %-22s %s%n".formatted(times, kind, heard(kind)).stripTrailing())
                .append('\n'));
    return text.append(whole ? "" : "interrupted: ").append(sum()).append('\n').toString();
  }

  /** For docs/reliability.md. */
  String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        "`bin/faults --seed %d --faults %d`, story %s%s: %s.%n%n"
            .formatted(
                story.seed(),
                story.faults().size(),
                story.digest(),
                whole ? "" : ", interrupted",
                sum()));
    text.append("| fault | times | what clients heard |\n| --- | --- | --- |\n");
    injected()
        .forEach((kind, times) ->
            text.append("| `%s` | %d | %s |\n".formatted(kind, times, heard(kind))));
    return text.toString();
  }
}
