package org.pgdeeplake.benchmarks.crowd;

import java.util.List;
import org.pgdeeplake.benchmarks.report.Machine;

/** Findings as words for people, and as Markdown. */
final class Report {
  private Report() {}

  static String text(Finding finding) {
    StringBuilder out = new StringBuilder(finding.title()).append('\n');
    for (Finding.Figure figure : finding.figures()) {
      out.append("  %s: %s%n".formatted(figure.what(), figure.value()));
    }
    out.append("  errors: ").append(finding.errors().size()).append('\n');
    finding.errors().forEach(error -> out.append("  ERROR ").append(error).append('\n'));
    return out.toString();
  }

  /**
   * @param command as it was called
   * @param date of the run
   */
  static String markdown(List<Finding> findings, String command, String date) {
    Machine machine = Machine.here();
    StringBuilder out = new StringBuilder();
    out.append(
        "# A crowd at one proxy%n%n`%s`, %s, %s, %d processors, Linux %s, loopback.%n"
            .formatted(command, date, machine.cpu(), machine.processors(), machine.kernel()));
    for (Finding finding : findings) {
      out.append("%n## %s%n%n| what | |%n| --- | --- |%n".formatted(finding.title()));
      for (Finding.Figure figure : finding.figures()) {
        out.append("| %s | %s |%n".formatted(figure.what(), figure.value()));
      }
      out.append("| errors | %d |%n".formatted(finding.errors().size()));
      finding.errors().forEach(error -> out.append("%n- **%s**%n".formatted(error)));
    }
    return out.toString();
  }
}
