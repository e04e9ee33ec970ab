package org.pgdeeplake.proxy.it.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ReservedPort;

/** A real Prometheus, with the project's rules, that scrapes one proxy every second. */
final class Prometheus implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ReservedPort port = new ReservedPort();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Command process;
  private final Instant begin = Instant.now();

  /**
   * @param target host and port of the proxy's metrics
   */
  Prometheus(Path directory, String target, Path rules) throws IOException {
    Path config =
        Files.writeString(
            directory.resolve("prometheus.yml"),
            """
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [ "%s" ]
            scrape_configs:
              - job_name: pg-proxy
                static_configs: [ { targets: [ "%s" ] } ]
            """
                .formatted(rules.toRealPath(), target));
    process =
        Command.of(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                "--web.listen-address=" + port.address(),
                "--log.level=warn")
            .start();
  }

  String url() {
    return "http://" + port.address();
  }

  Instant begin() {
    return begin;
  }

  /** Waits until the expression is true of something. */
  void await(String expression) {
    Awaitility.await(expression)
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> !now(expression).isEmpty());
  }

  /** The result of an instant query. */
  List<? extends Config> now(String expression) {
    return get("/api/v1/query", Map.of("query", expression)).getConfigList("data.result");
  }

  /** How many values that are numbers an expression has had since the beginning. */
  long values(String expression) {
    Map<String, String> query =
        new TreeMap<>(
            Map.of(
                "query",
                expression,
                "start",
                String.valueOf(begin.getEpochSecond()),
                "end",
                String.valueOf(Instant.now().getEpochSecond()),
                "step",
                "1"));
    long values = 0;
    for (Config series : get("/api/v1/query_range", query).getConfigList("data.result")) {
      values +=
          series.getList("values").unwrapped().stream()
              .filter(pair -> !List.of("NaN", "+Inf").contains(((List<?>) pair).get(1)))
              .count();
    }
    return values;
  }

  /** The targets by their health. */
  List<String> targetHealth() {
    List<String> health = new ArrayList<>();
    for (Config target : get("/api/v1/targets", Map.of()).getConfigList("data.activeTargets")) {
      health.add(target.getString("health"));
    }
    return health;
  }

  /** The expressions of the alerts by their names. */
  Map<String, String> alerts() {
    Map<String, String> alerts = new TreeMap<>();
    for (Config group : get("/api/v1/rules", Map.of()).getConfigList("data.groups")) {
      for (Config rule : group.getConfigList("rules")) {
        alerts.put(rule.getString("name"), rule.getString("query"));
      }
    }
    return alerts;
  }

  void awaitReady() {
    Awaitility.await("Prometheus")
        .atMost(LIMIT)
        .failFast("it ended", () -> !process.running())
        .until(() -> {
          try {
            return send("/-/ready").statusCode() == 200;
          } catch (IOException e) {
            return false;
          }
        });
  }

  private Config get(String path, Map<String, String> parameters) {
    StringBuilder query = new StringBuilder(path).append('?');
    parameters.forEach((name, value) ->
        query
            .append(name)
            .append('=')
            .append(URLEncoder.encode(value, StandardCharsets.UTF_8))
            .append('&'));
    try {
      HttpResponse<String> answer = send(query.toString());
      assertThat(answer.statusCode()).as(parameters + " " + answer.body()).isEqualTo(200);
      return ConfigFactory.parseString(
          answer.body(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> send(String path) throws IOException {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(url() + path)).timeout(LIMIT).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    process.close();
    http.close();
    port.close();
  }
}
