package org.pgdeeplake.proxy.faults;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.pgdeeplake.proxy.faults.SoakVerdict.Comparison;

/** A soak's figures and verdict as Markdown. */
final class SoakReport {
  private final StringBuilder text = new StringBuilder();

  private SoakReport() {}

  static String text(SoakPlan plan, Soak.Outcome outcome) {
    SoakReport report = new SoakReport();
    report.what(plan, outcome);
    report.growth(outcome.verdict());
    report.rest(outcome.before(), outcome.after());
    report.counts("| fault | times |", outcome.faults());
    report.counts("| who came and went | times |", outcome.churned());
    report.counts("| fault, what clients heard | times |", outcome.allowed());
    outcome.lost().forEach(write -> report.add("LOST %s%n", write));
    outcome.violations().forEach(violation -> report.add("VIOLATION %s%n", violation));
    return report.text.toString();
  }

  private void what(SoakPlan plan, Soak.Outcome outcome) {
    add(
        "Seed %d, %s with load on %d processors: **%s**.%n%n",
        plan.seed(),
        minutes(outcome.took()),
        Runtime.getRuntime().availableProcessors(),
        outcome.good() ? "nothing lost, nothing left, no growth" : "FAILED");
    add(
        "%,d faults; %,d whole sessions of %d guests, %,d writes acknowledged, %d lost; %,d"
            + " connections of churners; %,.1f GiB relayed; %d violations.%n%n",
        outcome.faults().values().stream().mapToInt(Integer::intValue).sum(),
        outcome.sessions(),
        plan.guests(),
        outcome.writes(),
        outcome.lost().size(),
        outcome.churned().values().stream().mapToLong(Long::longValue).sum(),
        outcome.samples().isEmpty()
            ? 0
            : outcome.samples().getLast().value(Quantity.BYTES).orElse(0) / Quantity.MEBI / 1024,
        outcome.violations().size());
  }

  private static String minutes(Duration took) {
    return String.format(Locale.ROOT, "%d:%02d min", took.toMinutes(), took.toSecondsPart());
  }

  private void growth(SoakVerdict verdict) {
    add("| median | second quarter | last quarter | most allowed | |%n");
    add("| --- | --- | --- | --- | --- |%n");
    for (Comparison each : verdict.comparisons()) {
      Quantity quantity = each.quantity();
      OptionalDouble second = each.second();
      OptionalDouble most =
          second.isPresent()
              ? OptionalDouble.of(quantity.most(second.getAsDouble()))
              : OptionalDouble.empty();
      add(
          "| %s%s | %s | %s | %s | %s |%n",
          quantity.title(),
          quantity.unit().isEmpty() ? "" : ", " + quantity.unit(),
          shown(quantity, second),
          shown(quantity, each.last()),
          shown(quantity, most),
          each.grown() ? "GROWN" : "no growth");
    }
    add("%n");
  }

  private static String shown(Quantity quantity, OptionalDouble value) {
    return value.isPresent()
        ? String.format(Locale.ROOT, "%.1f", quantity.shown(value.getAsDouble()))
        : "not seen";
  }

  private void rest(Rest before, Rest after) {
    add("| without clients | before | after |%n| --- | --- | --- |%n");
    add("| file descriptors | %d | %d |%n", before.fds(), after.fds());
    add("| threads | %d | %d |%n", before.threads(), after.threads());
    memory("heap after GC", before.heap(), after.heap());
    memory(Quantity.DIRECT.title(), before.direct(), after.direct());
    memory(Quantity.RSS.title(), before.rss(), after.rss());
    add("| gauges looked at | | %d |%n", after.gauges());
    add("| of them not 0 | | %d |%n%n", after.notAtRest());
  }

  private void memory(String title, double before, double after) {
    add("| %s, MiB | %.1f | %.1f |%n", title, before / Quantity.MEBI, after / Quantity.MEBI);
  }

  private void counts(String head, Map<?, ? extends Number> counts) {
    if (!counts.isEmpty()) {
      add("%s%n| --- | --- |%n", head);
      counts.forEach((what, count) -> add("| %s | %,d |%n", what, count.longValue()));
      add("%n");
    }
  }

  private void add(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments));
  }
}
