// The dashboard and the alerts ask for what there is: a real Prometheus scrapes a running proxy,
// and
// each of their queries has data. With -Dmonitoring.picture=DIRECTORY it also draws the dashboard.
package org.pgdeeplake.proxy.it.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertAll;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;

@NeedsProgram({"prometheus", "pgbench", "python3"})
@Tag("long")
class MonitoringIT {
  private static final Path MONITORING = Path.of("../monitoring");
  private static final String PICTURE = System.getProperty("monitoring.picture", "");

  /** For a picture the scenario takes its time. */
  private static final int PACE = PICTURE.isEmpty() ? 1 : 3;

  /** What kube-state-metrics says; there is no Kubernetes here. */
  private static final List<String> OF_KUBERNETES =
      List.of("PgDeeplakeOOMKilled", "PgDeeplakePodNotReady");

  private static final Pattern SELECTOR =
      Pattern.compile("\\b((?:haproxy|pgproxy)_\\w+|up)\\b(\\{[^}]*})?");

  @TempDir private Path directory;

  @Test
  void everyQueryHasData() throws IOException {
    try (TestPostgres one = TestPostgres.create();
        TestPostgres two = TestPostgres.create();
        ReservedPort port = new ReservedPort();
        ReservedPort admin = new ReservedPort()) {
      Scenario scenario = new Scenario(directory, PACE, port, admin);
      scenario.writeConfig(one, two);
      try (Command proxy = ProxyProcess.start(scenario.config());
          Prometheus prometheus =
              new Prometheus(
                  directory, admin.address(), MONITORING.resolve("prometheus-rules.yml"))) {
        prometheus.awaitReady();
        prometheus.await("up == 1");
        scenario.play(proxy, prometheus, one, two);

        assertThat(prometheus.targetHealth()).containsExactly("up");
        assertAll(Stream.concat(dashboard(prometheus), alerts(prometheus)));
        draw(prometheus);
      }
    }
  }

  private static Stream<Executable> dashboard(Prometheus prometheus) {
    Duration range = Duration.between(prometheus.begin(), Instant.now());
    List<Dashboard.Query> queries =
        Dashboard.read(MONITORING.resolve("grafana-dashboard.json")).queries();
    assertThat(queries).hasSizeGreaterThan(50);
    return queries.stream()
        .map(query -> () -> assertHasData(prometheus, query.panel(), query.resolved(range)));
  }

  /** Most are empty when all is well; what they compare is not. */
  private static Stream<Executable> alerts(Prometheus prometheus) {
    Map<String, String> alerts = prometheus.alerts();
    assertThat(alerts).hasSizeGreaterThan(10).containsKeys(OF_KUBERNETES.toArray(String[]::new));
    return alerts.entrySet().stream()
        .filter(alert -> !OF_KUBERNETES.contains(alert.getKey()))
        .flatMap(alert -> {
          String compared =
              alert.getValue().replaceAll("\\s(?:>|<|==)\\s[0-9.]+", "").replace("absent(", "(");
          assertThat(compared).as("without its comparison").isNotEqualTo(alert.getValue());
          Stream<String> selectors =
              SELECTOR.matcher(alert.getValue()).results().map(match -> match.group());
          return Stream.concat(Stream.of(compared), selectors)
              .map(expression -> () -> assertHasData(prometheus, alert.getKey(), expression));
        });
  }

  private static void assertHasData(Prometheus prometheus, String of, String expression) {
    assertThat(prometheus.values(expression)).as(of + ": " + expression).isPositive();
  }

  /** The page is drawn each time, its picture by request. */
  private void draw(Prometheus prometheus) throws IOException {
    Path page = directory.resolve("dashboard.html");
    Command.Result drawn =
        Command.of(
                "python3",
                MONITORING.resolve("draw.py").toString(),
                prometheus.url(),
                String.valueOf(prometheus.begin().getEpochSecond()),
                String.valueOf(Instant.now().getEpochSecond()),
                page.toString())
            .run();
    assertThat(drawn.exitCode()).as(drawn.err()).isZero();
    assertThat(Files.readString(page)).contains("Wake latency").doesNotContain("no data");
    if (!PICTURE.isEmpty()) {
      Files.createDirectories(Path.of(PICTURE));
      Files.copy(page, Path.of(PICTURE).resolve("dashboard.html"));
    }
  }
}
