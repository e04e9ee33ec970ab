// The chart's alerts and dashboard are those of monitoring/, with the owner and the runbooks of
// values; promtool finds no
// fault; runbooks name objects that the chart makes.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.chart.Rendered.at;
import static org.pgdeeplake.chart.Rendered.text;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitoringTest {
  private static final String ALL =
      """
      monitoring:
        serviceMonitor: {enabled: true, labels: {release: prometheus}}
        alerts: {enabled: true, owner: team-a, runbookUrl: "https://example.org/", labels: {release: p}}
        dashboard: {enabled: true}
      """;

  private static JsonElement rules(String values) {
    return at(Chart.render(values).get("PrometheusRule/pg-deeplake"), "spec");
  }

  @Test
  void nothingOfItUnlessWanted() {
    assertThat(Chart.render().names())
        .noneMatch(name -> name.matches("(PrometheusRule|ServiceMonitor|ConfigMap/.*dashboard).*"));
  }

  @Test
  void theRulesAreThoseOfMonitoring() {
    JsonElement original =
        new Gson()
            .toJsonTree(
                new org.snakeyaml.engine.v2.api.Load(
                        org.snakeyaml.engine.v2.api.LoadSettings.builder().build())
                    .loadFromString(
                        Chart.read(Chart.ROOT.resolve("monitoring/prometheus-rules.yml"))));
    assertThat(rules("monitoring: {alerts: {enabled: true}}")).isEqualTo(original);
  }

  @Test
  void ownerAndRunbookUrlComeFromValues() {
    Set<String> names = new TreeSet<>();
    for (JsonElement group : at(rules(ALL), "groups").getAsJsonArray()) {
      for (JsonElement rule : at(group, "rules").getAsJsonArray()) {
        String name = text(rule, "alert");
        names.add(name);
        assertThat(text(rule, "labels", "owner")).isEqualTo("team-a");
        assertThat(text(rule, "annotations", "runbook_url"))
            .isEqualTo("https://example.org/monitoring/runbooks/" + name + ".md");
      }
    }
    assertThat(names)
        .contains(
            "PgDeeplakeHighQueueDepth",
            "PgDeeplakeAllBackendsDown",
            "PgDeeplakeOOMKilled",
            "PgDeeplakePodNotReady",
            "PgDeeplakeHighConnections",
            "PgDeeplakeSlowBackend");
  }

  @Test
  @NeedsProgram("promtool")
  void promtoolFindsNoFault(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("rules.yml"), rules(ALL).toString());
    Programs.Result result =
        Programs.run(
            Duration.ofMinutes(1), Map.of(), "promtool", "check", "rules", file.toString());
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).contains("17 rules found");
  }

  @Test
  void theDashboardIsTheOneOfMonitoring() {
    JsonObject map = Chart.render(ALL).get("ConfigMap/pg-deeplake-dashboard");
    assertThat(text(map, "metadata", "labels", "grafana_dashboard")).isEqualTo("1");
    assertThat(JsonParser.parseString(text(map, "data", "pg-deeplake.json")))
        .isEqualTo(
            JsonParser.parseString(
                Chart.read(Chart.ROOT.resolve("monitoring/grafana-dashboard.json"))));
  }

  @Test
  void prometheusFindsTheAdminPortUnderTheJobThatAlertsExpect() {
    Rendered rendered = Chart.render(ALL);
    JsonObject monitor = rendered.get("ServiceMonitor/pg-deeplake-proxy");
    assertThat(text(monitor, "spec", "endpoints", 0, "port")).isEqualTo("admin");
    JsonElement wanted = at(monitor, "spec", "selector", "matchLabels");
    assertThat(
            rendered.objects().stream()
                .filter(object -> text(object, "kind").equals("Service"))
                .filter(object ->
                    at(object, "metadata", "labels")
                        .getAsJsonObject()
                        .entrySet()
                        .containsAll(wanted.getAsJsonObject().entrySet()))
                .map(object -> text(object, "metadata", "name")))
        .containsExactly("pg-deeplake-proxy-admin");
    assertThat(text(wanted, text(monitor, "spec", "jobLabel")))
        .matches(".*(pg-proxy|pg-deeplake).*");
  }

  @Test
  void runbooksNameWhatTheChartMakes() throws IOException {
    Rendered rendered = Chart.render(ALL, "autoscaling: {enabled: true}");
    Set<String> named = new TreeSet<>();
    Pattern object = Pattern.compile("\\b(deploy|statefulset|scaledobject)[/ ]([a-z][a-z-]*[a-z])");
    try (DirectoryStream<Path> runbooks =
        Files.newDirectoryStream(Chart.ROOT.resolve("monitoring/runbooks"))) {
      for (Path runbook : runbooks) {
        object
            .matcher(Chart.read(runbook))
            .results()
            .forEach(found -> named.add(found.group(1) + "/" + found.group(2)));
      }
    }
    assertThat(named)
        .isNotEmpty()
        .allMatch(name ->
            rendered.names().stream()
                .anyMatch(known -> known.replace("Deployment", "deploy").equalsIgnoreCase(name)));
  }
}
