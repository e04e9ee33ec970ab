// Every alert has tests in which it fires and does not, and a runbook that says what to do;
// promtool
// finds no fault with the rules.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;

class AlertRulesTest {
  private static final Path MONITORING = Path.of("../monitoring");
  private static final Path RULES = MONITORING.resolve("prometheus-rules.yml");

  /** Of the deployment with HAProxy: others look for them by these names. */
  private static final List<String> ORIGINAL =
      List.of(
          "PgDeeplakeHighQueueDepth",
          "PgDeeplakeAllBackendsDown",
          "PgDeeplakeOOMKilled",
          "PgDeeplakePodNotReady",
          "PgDeeplakeHighConnections",
          "PgDeeplakeSlowBackend");

  private record Alert(String name, String text) {}

  @Test
  void theAlertsOfTheOriginalAreThere() {
    assertThat(names()).containsAll(ORIGINAL).doesNotHaveDuplicates();
  }

  @Test
  void eachSaysHowBadItIsAndWhereItsRunbookIs() {
    assertThat(alerts())
        .allSatisfy(alert ->
            assertThat(alert.text())
                .as(alert.name())
                .containsPattern("severity: (critical|warning)\n")
                .contains("summary: ", "description: ")
                .contains("runbook_url: monitoring/runbooks/" + alert.name() + ".md"));
  }

  @Test
  void eachHasARunbookAndEachRunbookAnAlert() throws IOException {
    try (Stream<Path> files = Files.list(MONITORING.resolve("runbooks"))) {
      List<Path> runbooks = files.toList();
      assertThat(runbooks)
          .extracting(file -> String.valueOf(file.getFileName()))
          .containsExactlyInAnyOrderElementsOf(names().stream().map(n -> n + ".md").toList());
      assertThat(runbooks)
          .allSatisfy(file -> {
            List<String> headings =
                Files.readAllLines(file).stream().filter(line -> line.startsWith("#")).toList();
            assertThat(headings)
                .containsExactly(
                    "# " + String.valueOf(file.getFileName()).replace(".md", ""),
                    "## Meaning",
                    "## Impact",
                    "## Diagnosis",
                    "## Mitigation");
            assertThat(Files.readString(file)).contains("```bash");
            assertThat(brokenLinks(file)).isEmpty();
          });
    }
  }

  @Test
  void eachIsTestedFiringAndNotFiring() throws IOException {
    Set<String> firing = new TreeSet<>();
    Set<String> quiet = new TreeSet<>();
    Pattern check =
        Pattern.compile("- alertname: (\\w+)\n +eval_time: \\S+\n +exp_alerts:( \\[])?\n");
    for (Path file : tests()) {
      check
          .matcher(Files.readString(file))
          .results()
          .forEach(found -> (found.group(2) == null ? firing : quiet).add(found.group(1)));
    }
    assertThat(firing).containsExactlyInAnyOrderElementsOf(names());
    assertThat(quiet).containsExactlyInAnyOrderElementsOf(names());
  }

  @Test
  @NeedsProgram("promtool")
  void promtoolFindsNoFault() throws IOException {
    List<String> test = new ArrayList<>(List.of("promtool", "test", "rules"));
    tests().forEach(file -> test.add(file.toString()));
    for (List<String> line :
        List.of(
            List.of("promtool", "check", "rules", RULES.toString()),
            List.of("promtool", "check", "config", MONITORING.resolve("prometheus.yml").toString()),
            test)) {
      try (Command promtool = Command.of(line).start()) {
        Command.Result result = promtool.await(Duration.ofMinutes(3));
        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
      }
    }
  }

  private static Collection<String> brokenLinks(Path file) throws IOException {
    return Pattern.compile("]\\(([^)#]+)\\)")
        .matcher(Files.readString(file))
        .results()
        .map(link -> link.group(1))
        .filter(link -> !Files.exists(file.resolveSibling(link)))
        .collect(Collectors.toSet());
  }

  private static List<Path> tests() throws IOException {
    try (Stream<Path> files = Files.list(MONITORING.resolve("tests"))) {
      return files.toList();
    }
  }

  private static List<String> names() {
    return alerts().stream().map(Alert::name).toList();
  }

  private static List<Alert> alerts() {
    try {
      return Pattern.compile("- alert: (\\w+)\n((?: {8,}.*\n)+)")
          .matcher(Files.readString(RULES))
          .results()
          .map((MatchResult alert) -> new Alert(alert.group(1), alert.group(2)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
