package org.pgdeeplake.proxy.faults;

import java.time.Duration;
import java.util.Formatter;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import org.pgdeeplake.proxy.faults.SoakVerdict.Comparison;

/** A soak's figures and verdict as Markdown. */
final class SoakReport {
  private final Formatter text = new Formatter(Locale.ROOT);

  private SoakReport() {}

  static String text(SoakPlan plan, Soak.Outcome outcome) {
    SoakReport report = new SoakReport();
    report.what(plan, outcome);
    report.growth(outcome.verdict());
    report.rest(outcome.before(), outcome.after());
    report.counts("| fault | times |", outcome.faults());
    report.counts("| who came and went | times |", outcome.churned());
    report.counts("| fault, what clients heard | times |", outcome.allowed());
    outcome.lost().forEach(write -> report.text.format("LOST %s%n", write));
    outcome.violations().forEach(violation -> report.text.format("VIOLATION %s%n", violation));
    return report.text.toString();
  }

  private void what(SoakPlan plan, Soak.Outcome outcome) {
    text.format(
        "Seed %d, %s with load on %d processors: **%s**.%n%n",
        plan.seed(),
        minutes(outcome.took()),
        Runtime.getRuntime().availableProcessors(),
        outcome.good() ? "nothing lost, nothing left, no growth" : "FAILED");
    text.format(
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
    text.format("| median | second quarter | last quarter | most allowed | |%n");
    text.format("| --- | --- | --- | --- | --- |%n");
    for (Comparison each : verdict.comparisons()) {
      Quantity quantity = each.quantity();
      OptionalDouble second = each.second();
      OptionalDouble most =
          second.isPresent()
              ? OptionalDouble.of(quantity.most(second.getAsDouble()))
              : OptionalDouble.empty();
      text.format(
          "| %s%s | %s | %s | %s | %s |%n",
          quantity.title(),
          quantity.unit().isEmpty() ? "" : ", " + quantity.unit(),
          shown(quantity, second),
          shown(quantity, each.last()),
          shown(quantity, most),
          verdict(each));
    }
    text.format("%n");
  }

  private static String verdict(Comparison each) {
    if (!each.told()) {
      return "TOO SHORT to tell";
    }
    return each.grown() ? "GROWN" : "no growth";
  }

  private static String shown(Quantity quantity, OptionalDouble value) {
    return value.isPresent()
        ? String.format(Locale.ROOT, "%.1f", quantity.shown(value.getAsDouble()))
        : "not seen";
  }

  private void rest(Rest before, Rest after) {
    text.format("| without clients | before | after |%n| --- | --- | --- |%n");
    text.format("| file descriptors | %d | %d |%n", before.fds(), after.fds());
    text.format("| threads | %d | %d |%n", before.threads(), after.threads());
    memory("heap after GC", before.heap(), after.heap());
    memory(Quantity.DIRECT.title(), before.direct(), after.direct());
    memory(Quantity.RSS.title(), before.rss(), after.rss());
    text.format("| gauges looked at | | %d |%n", after.gauges());
    text.format("| of them not 0 | | %d |%n%n", after.notAtRest());
  }

  private void memory(String title, double before, double after) {
    text.format(
        "| %s, MiB | %.1f | %.1f |%n", title, before / Quantity.MEBI, after / Quantity.MEBI);
  }

  private void counts(String head, Map<?, ? extends Number> counts) {
    if (!counts.isEmpty()) {
      text.format("%s%n| --- | --- |%n", head);
      counts.forEach((what, count) -> text.format("| %s | %,d |%n", what, count.longValue()));
      text.format("%n");
    }
  }
}
