// A real Prometheus that scrapes two proxies answers the trigger's query with one number, the
// demand of both, not twice it.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.pgdeeplake.chart.Rendered.at;
import static org.pgdeeplake.chart.Rendered.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TriggerQueriesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static String query(String values) {
    JsonObject object =
        Chart.render(
                "autoscaling: {enabled: true, trigger: prometheus,"
                    + " prometheus: {serverAddress: 'http://prometheus:9090'}}",
                values)
            .get("ScaledObject/pg-deeplake");
    return text(object, "spec", "triggers", 0, "metadata", "query");
  }

  /** Each tells the demand of all, as replicas do. */
  private static HttpServer proxy(double demand) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/metrics",
        exchange -> {
          byte[] body =
              "# TYPE pgproxy_demand gauge\npgproxy_demand %s\n"
                  .formatted(demand)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "text/plain; version=0.0.4");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }

  @Test
  @NeedsProgram("prometheus")
  void theDemandOfTwoProxiesIsOneNumber(@TempDir Path directory) throws Exception {
    HttpServer first = proxy(3);
    HttpServer second = proxy(3);
    int port = Programs.freePort();
    Path config =
        Files.writeString(
            directory.resolve("prometheus.yml"),
            """
            global: { scrape_interval: 1s }
            scrape_configs:
              - job_name: pg-deeplake
                static_configs:
                  - { targets: [ "127.0.0.1:%d", "127.0.0.1:%d" ], labels: { namespace: db } }
                  - { targets: [ "127.0.0.1:1" ], labels: { namespace: other } }
            """
                .formatted(first.getAddress().getPort(), second.getAddress().getPort()));
    Process prometheus =
        Programs.start(
            directory.resolve("log"),
            Map.of(),
            List.of(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                "--web.listen-address=127.0.0.1:" + port));
    try (HttpClient http = HttpClient.newHttpClient()) {
      Awaitility.await("both are scraped")
          .atMost(LIMIT)
          .pollInterval(Duration.ofMillis(200))
          .failFast(() -> !prometheus.isAlive())
          .until(() -> values(http, port, "count(pgproxy_demand)").equals(List.of("2")));
      assertThat(values(http, port, query("{}"))).containsExactly("3");
      assertThat(values(http, port, query("monitoring: {serviceMonitor: {enabled: true}}")))
          .containsExactly("3");
    } finally {
      prometheus.destroy();
      assertThat(prometheus.waitFor(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
      first.stop(0);
      second.stop(0);
    }
  }

  /** The values of an instant query; none while it does not answer yet. */
  private static List<String> values(HttpClient http, int port, String query)
      throws InterruptedException {
    URI uri =
        URI.create(
            "http://127.0.0.1:%d/api/v1/query?query=%s"
                .formatted(port, URLEncoder.encode(query, StandardCharsets.UTF_8)));
    try {
      String body =
          http.send(
                  HttpRequest.newBuilder(uri).timeout(LIMIT).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      if (!body.startsWith("{")) {
        return List.of();
      }
      JsonElement result = at(JsonParser.parseString(body), "data", "result");
      return result.getAsJsonArray().asList().stream().map(one -> text(one, "value", 1)).toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
