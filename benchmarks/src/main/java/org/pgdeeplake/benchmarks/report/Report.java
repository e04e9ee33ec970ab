package org.pgdeeplake.benchmarks.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.pgdeeplake.benchmarks.measure.Metric;
import org.pgdeeplake.benchmarks.measure.Spread;
import org.pgdeeplake.benchmarks.measure.Summary;
import org.pgdeeplake.benchmarks.measure.Target;
import org.pgdeeplake.benchmarks.measure.Targets;
import org.pgdeeplake.benchmarks.measure.Verdict;

/** A run in Markdown. */
public final class Report {
  private static final String REFERENCE = "haproxy";
  private static final String DIRECT = "direct";

  private final Environment environment;
  private final Summary summary;
  private final List<String> peers;
  private final List<String> lines = new ArrayList<>();

  private Report(RawSamples raw) {
    this.environment = raw.environment();
    this.summary = new Summary(raw.samples());
    this.peers = environment.group("version");
  }

  /**
   * @param plots of a scenario: paths from where the report will be, by {@code scenario}
   */
  public static String text(RawSamples raw, Plots plots) {
    Report report = new Report(raw);
    report.head();
    report.targets();
    for (String scenario : report.summary.scenarios()) {
      report.scenario(scenario, plots);
    }
    return String.join("\n", report.lines) + "\n";
  }

  private void head() {
    lines.add("# Side by side, " + environment.get("date"));
    lines.add("");
    lines.add(
        "Medians of the rounds, with the smallest and the largest in parentheses. In each round every"
            + " peer is measured once, in a random order; ratios are taken round by round, and the"
            + " median of these is shown. A ratio in bold is a difference; where the rounds differ by"
            + " more than the peers do, it reads \"≈\": no difference shown. Processor time is user and"
            + " system time of all of a peer's processes, from the kernel's accounts.");
    lines.add("");
    if (environment.get("quick").equals("yes")) {
      lines.add("**A quick run: it shows that everything works, and no figures to rely on.**");
      lines.add("");
    }
    lines.add("| what | |");
    lines.add("| --- | --- |");
    for (String name : environment.names()) {
      lines.add("| " + name + " | " + environment.get(name) + " |");
    }
    lines.add("");
    lines.add("| peer | version | settings |");
    lines.add("| --- | --- | --- |");
    for (String peer : peers) {
      lines.add(
          "| %s | %s | %s |"
              .formatted(
                  peer, environment.get("version." + peer), environment.get("settings." + peer)));
    }
    for (String peer : environment.group("left out")) {
      lines.add("| %s | – | left out: %s |".formatted(peer, environment.get("left out." + peer)));
    }
    lines.add("");
  }

  private void targets() {
    lines.add("## Targets");
    lines.add("");
    lines.add("| item | target | measured | |");
    lines.add("| --- | --- | --- | --- |");
    for (Target target : Targets.all()) {
      Target.Result result = target.judge(summary);
      String bound =
          "%s %s%s"
              .formatted(
                  target.direction().sign(),
                  number(target.bound()),
                  target.reference().isEmpty() ? "" : " × " + target.reference());
      lines.add(
          "| %s | %s | %s | %s |"
              .formatted(target.item(), bound, result.measured(), result.result()));
    }
    lines.add("");
  }

  private void scenario(String scenario, Plots plots) {
    lines.add("## " + scenario);
    lines.add("");
    lines.add(environment.get("about." + scenario));
    lines.add("");
    String load = environment.get("load." + scenario);
    if (!load.isEmpty()) {
      lines.add("Load average before: " + load + ".");
      lines.add("");
    }
    for (String variant : summary.variants(scenario)) {
      table(scenario, variant);
    }
    for (String note : environment.group("note." + scenario)) {
      lines.add("- " + note + ": `" + environment.get("note." + scenario + "." + note) + "`");
    }
    for (String plot : plots.of(scenario)) {
      lines.add("![%s](%s)".formatted(scenario, plot));
    }
    lines.add("");
  }

  private void table(String scenario, String variant) {
    List<Metric> metrics = summary.metrics(scenario, variant);
    List<String> rows = new ArrayList<>(summary.peers(scenario, variant));
    rows.sort(Comparator.comparingInt(this::place));
    boolean direct = rows.contains(DIRECT);
    boolean reference = rows.contains(REFERENCE);
    StringBuilder head = new StringBuilder("| ").append(variant).append(" |");
    for (Metric metric : metrics) {
      head.append(' ').append(metric.name());
      head.append(metric.unit().isEmpty() ? "" : ", " + metric.unit()).append(" |");
      head.append(reference && judged(metric) ? " ÷ haproxy |" : "");
      head.append(direct && hasDirect(scenario, variant, metric) ? " ÷ direct |" : "");
    }
    lines.add(head.toString());
    lines.add(head.toString().replaceAll("[^|]+", " --- "));
    for (String peer : rows) {
      StringBuilder row = new StringBuilder("| ").append(peer).append(" |");
      for (Metric metric : metrics) {
        row.append(cell(summary.of(scenario, variant, metric.name(), peer)));
        if (reference && judged(metric)) {
          row.append(ratio(scenario, variant, metric, peer, REFERENCE));
        }
        if (direct && hasDirect(scenario, variant, metric)) {
          row.append(ratio(scenario, variant, metric, peer, DIRECT));
        }
      }
      lines.add(row.toString());
    }
    lines.add("");
  }

  /** In the order in which the peers were told. */
  private int place(String peer) {
    int place = peers.indexOf(peer);
    return place < 0 ? peers.size() : place;
  }

  /** Facts are told, not compared. */
  private static boolean judged(Metric metric) {
    return metric.better() != Metric.Better.NONE;
  }

  private boolean hasDirect(String scenario, String variant, Metric metric) {
    return judged(metric) && summary.of(scenario, variant, metric.name(), DIRECT).isPresent();
  }

  private static String cell(Optional<Spread> spread) {
    return spread.map(s -> " " + text(s, Report::number) + " |").orElse(" – |");
  }

  /** One round has no range. */
  private static String text(Spread spread, DoubleFunction<String> number) {
    String median = number.apply(spread.median());
    return spread.width() == 0
        ? median
        : "%s (%s–%s)".formatted(median, number.apply(spread.min()), number.apply(spread.max()));
  }

  private String ratio(
      String scenario, String variant, Metric metric, String peer, String reference) {
    Optional<Spread> ratio =
        peer.equals(reference)
            ? Optional.empty()
            : summary.ratio(scenario, variant, metric.name(), peer, reference);
    if (ratio.isEmpty()) {
      return " |";
    }
    Spread spread = ratio.get();
    int rounds = summary.rounds(scenario, variant, metric.name(), peer);
    String text = text(spread, Report::ratioText);
    return switch (Verdict.of(spread, metric.better(), rounds)) {
      case BETTER, WORSE -> " **" + text + "** |";
      case NO_DIFFERENCE -> " ≈ " + text + " |";
      case NONE -> " " + text + " |";
    };
  }

  private static String ratioText(double ratio) {
    return String.format(Locale.ROOT, "%.2f", ratio);
  }

  /** Three digits that mean something. */
  static String number(double value) {
    double size = Math.abs(value);
    if (size >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    if (value == Math.rint(value)) {
      return String.format(Locale.ROOT, "%.0f", value);
    }
    int decimals = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }
}
