package org.pgdeeplake.proxy.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

// A metric name is an API: the golden file and HAProxy's own list say what is exposed.
class MetricNamesTest {
  private static final String NO_HTTP = "of HTTP";
  private static final String NO_RULES = "there are no rules that deny";
  private static final String NO_POOL = "a server connection belongs to one session";
  private static final String IN_CLOSED = "is in pgproxy_sessions_closed_total by reason";
  private static final String BYTES = "bytes_in_total and bytes_out_total again, of HAProxy 3.x";

  /** HAProxy's families that are not exposed, by the reason. */
  private static final Map<String, List<String>> LEFT_OUT =
      Map.ofEntries(
          Map.entry(
              NO_HTTP,
              List.of(
                  "haproxy_frontend_http_responses_total",
                  "haproxy_frontend_http_requests_rate_max",
                  "haproxy_frontend_http_requests_total",
                  "haproxy_frontend_http_comp_bytes_in_total",
                  "haproxy_frontend_http_comp_bytes_out_total",
                  "haproxy_frontend_http_comp_bytes_bypassed_total",
                  "haproxy_frontend_http_comp_responses_total",
                  "haproxy_frontend_intercepted_requests_total",
                  "haproxy_frontend_http_cache_lookups_total",
                  "haproxy_frontend_http_cache_hits_total",
                  "haproxy_frontend_http_cache_hint_hits_total",
                  "haproxy_frontend_failed_header_rewriting_total",
                  "haproxy_backend_failed_header_rewriting_total",
                  "haproxy_server_failed_header_rewriting_total")),
          Map.entry(
              NO_RULES,
              List.of(
                  "haproxy_frontend_requests_denied_total",
                  "haproxy_frontend_responses_denied_total",
                  "haproxy_frontend_denied_sessions_total",
                  "haproxy_backend_requests_denied_total",
                  "haproxy_backend_responses_denied_total",
                  "haproxy_server_responses_denied_total")),
          Map.entry(
              NO_POOL,
              List.of(
                  "haproxy_backend_connection_reuses_total",
                  "haproxy_server_connection_reuses_total",
                  "haproxy_server_idle_connections_current",
                  "haproxy_server_idle_connections_limit",
                  "haproxy_server_unsafe_idle_connections_current",
                  "haproxy_server_safe_idle_connections_current",
                  "haproxy_server_used_connections_current",
                  "haproxy_server_need_connections_current",
                  "haproxy_server_private_idle_connections_current")),
          Map.entry(
              IN_CLOSED,
              List.of(
                  "haproxy_frontend_internal_errors_total",
                  "haproxy_backend_internal_errors_total",
                  "haproxy_server_internal_errors_total")),
          Map.entry(
              BYTES,
              List.of(
                  "haproxy_frontend_req_bytes_in_total",
                  "haproxy_frontend_req_bytes_out_total",
                  "haproxy_frontend_res_bytes_in_total",
                  "haproxy_frontend_res_bytes_out_total",
                  "haproxy_backend_req_bytes_in_total",
                  "haproxy_backend_req_bytes_out_total",
                  "haproxy_backend_res_bytes_in_total",
                  "haproxy_backend_res_bytes_out_total",
                  "haproxy_server_req_bytes_in_total",
                  "haproxy_server_req_bytes_out_total",
                  "haproxy_server_res_bytes_in_total",
                  "haproxy_server_res_bytes_out_total")),
          Map.entry(
              "the rate of sessions has no limit", List.of("haproxy_frontend_limit_session_rate")),
          Map.entry(
              "fullconn does not exist; servers have limits of their own",
              List.of("haproxy_backend_limit_sessions")),
          Map.entry(
              "there is one queue, the backend's",
              List.of(
                  "haproxy_server_current_queue",
                  "haproxy_server_max_queue",
                  "haproxy_server_queue_limit")),
          Map.entry("there is no slow start", List.of("haproxy_server_current_throttle")),
          Map.entry("PostgreSQL's checks have no code", List.of("haproxy_server_check_code")),
          Map.entry(
              "every server is active, none is backup",
              List.of("haproxy_server_active", "haproxy_server_backup")));

  @Test
  void theNamesTypesAndLabelsAreThoseOfTheGoldenFile() throws IOException {
    String now =
        exposed().entrySet().stream()
            .map(family -> family.getKey() + " " + family.getValue())
            .collect(Collectors.joining("\n"));
    assertThat(now).isEqualTo(String.join("\n", lines("metric-names.txt")));
  }

  @Test
  void everyFamilyOfHaproxyIsExposedWithItsTypeAndLabelsOrLeftOutForAReason() throws IOException {
    Map<String, String> haproxy = haproxy();
    Map<String, String> ours = new TreeMap<>(exposed());
    ours.keySet().removeIf(name -> !name.startsWith("haproxy_"));
    List<String> leftOut = LEFT_OUT.values().stream().flatMap(List::stream).toList();

    assertThat(leftOut).doesNotHaveDuplicates().doesNotContainAnyElementsOf(ours.keySet());
    assertThat(haproxy).containsAllEntriesOf(ours);
    TreeSet<String> accounted = new TreeSet<>(ours.keySet());
    accounted.addAll(leftOut);
    assertThat(accounted).containsExactlyElementsOf(new TreeSet<>(haproxy.keySet()));
  }

  private static Map<String, String> exposed() {
    Metrics metrics = new Metrics();
    try (Scene scene = new Scene();
        TlsScene _ = TlsScene.open(metrics)) {
      metrics.register(scene.frontend, scene.traffic, () -> true);
      metrics.register(scene.backend);
      metrics.register(scene.demand);
      metrics.registerLog(() -> 0);
      metrics.sessionEnded("pg_frontend", "CLIENT_CLOSED", 1);
      metrics.refused("pg_frontend", "QUEUE_TIMEOUT", "57P03");
      return ScrapedText.parse(metrics.scrape()).families();
    }
  }

  private static Map<String, String> haproxy() throws IOException {
    return lines("haproxy-families.txt").stream()
        .filter(line -> !line.startsWith("#"))
        .map(line -> List.of(line.split(" ")))
        .collect(Collectors.toMap(List::getFirst, words -> words.get(1) + " " + words.get(2)));
  }

  private static List<String> lines(String resource) throws IOException {
    try (InputStream in = MetricNamesTest.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8).lines().toList();
    }
  }
}
