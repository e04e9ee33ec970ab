package org.pgdeeplake.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.backend.CheckResult.Status;
import org.pgdeeplake.proxy.demand.Claim;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.support.ScrapedText;

// Every value is its owner's at the moment of the scrape, with the meaning HAProxy gives it.
class MetricValuesTest {
  private final Scene scene = new Scene();
  private final Metrics metrics = new Metrics();
  private boolean bound;

  @BeforeEach
  void register() {
    metrics.register(scene.frontend, scene.traffic, () -> bound);
    metrics.register(scene.backend);
    metrics.register(scene.demand);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private ScrapedText scrape() {
    return ScrapedText.parse(metrics.scrape());
  }

  private static String backend(ScrapedText text, String family) {
    return text.value("haproxy_backend_" + family, "proxy", "pg_backends");
  }

  private static String server(ScrapedText text, int number, String family) {
    return text.value(
        "haproxy_server_" + family, "proxy", "pg_backends", "server", "pg-deeplake-" + number);
  }

  @Test
  void waitingSessionsAreQueueAndCurrentSessionsOfTheBackend() {
    scene.enter();
    scene.enter();
    ScrapedText cold = scrape();
    assertThat(backend(cold, "current_queue")).isEqualTo("2.0");
    assertThat(backend(cold, "current_sessions")).isEqualTo("2.0");
    assertThat(backend(cold, "active_servers")).isEqualTo("0.0");
    assertThat(cold.value("haproxy_backend_status", "state", "DOWN")).isEqualTo("1.0");
    assertThat(cold.value("haproxy_backend_status", "state", "UP")).isEqualTo("0.0");

    scene.up(1);
    ScrapedText warm = scrape();
    assertThat(backend(warm, "current_queue")).isEqualTo("0.0");
    assertThat(backend(warm, "max_queue")).isEqualTo("2.0");
    assertThat(backend(warm, "current_sessions")).isEqualTo("2.0");
    assertThat(backend(warm, "active_servers")).isEqualTo("1.0");
    assertThat(backend(warm, "loadbalanced_total")).isEqualTo("2.0");
    assertThat(warm.value("haproxy_backend_status", "state", "UP")).isEqualTo("1.0");
    assertThat(server(warm, 1, "current_sessions")).isEqualTo("2.0");
    assertThat(server(warm, 1, "connection_attempts_total")).isEqualTo("2.0");
    assertThat(server(warm, 2, "current_sessions")).isEqualTo("0.0");
  }

  @Test
  void whoWaitsForTheOtherSideIsTheFrontends() {
    scene.traffic.sides().pausedServers().increment();
    scene.traffic.sides().halfClosed().add(2);
    ScrapedText text = scrape();
    String sides = "pgproxy_current_paused_sides";
    assertThat(text.value(sides, "proxy", "pg_frontend", "side", "server")).isEqualTo("1.0");
    assertThat(text.value(sides, "proxy", "pg_frontend", "side", "client")).isEqualTo("0.0");
    assertThat(text.value("pgproxy_current_half_closed_sessions", "proxy", "pg_frontend"))
        .isEqualTo("2.0");
  }

  @Test
  void whoHasBeenLetIn() {
    metrics.registerAdmission(() -> new AdmissionFacts(4, Double.NaN, 3, 1, 700, 900));
    ScrapedText text = scrape();
    assertThat(text.value("pgproxy_current_client_connections")).isEqualTo("4.0");
    assertThat(text.value("pgproxy_client_connections_limit")).isEqualTo("NaN");
    assertThat(text.value("pgproxy_current_places")).isEqualTo("3.0");
    assertThat(text.value("pgproxy_cancels_in_progress")).isEqualTo("1.0");
    assertThat(text.value("pgproxy_current_held_bytes")).isEqualTo("700.0");
    assertThat(text.value("pgproxy_held_limit_bytes")).isEqualTo("900.0");
  }

  @Test
  void checksShowInTheServerAndSummedInTheBackend() {
    ScrapedText unchecked = scrape();
    assertThat(unchecked.has("haproxy_server_check_duration_seconds")).isFalse();
    assertThat(unchecked.samples())
        .filteredOn(sample -> sample.name().equals("haproxy_server_check_status"))
        .allMatch(sample -> sample.value().equals("0.0"));

    scene.up(1);
    scene.up(2);
    scene.checked(1, Status.L4CON, "Connection refused");
    scene.checked(1, Status.L4CON, "Connection refused");
    ScrapedText half = scrape();
    assertThat(
            half.value("haproxy_server_check_status", "server", "pg-deeplake-1", "state", "L4CON"))
        .isEqualTo("1.0");
    assertThat(half.value("haproxy_backend_agg_check_status", "state", "L4CON")).isEqualTo("1.0");
    assertThat(half.value("haproxy_backend_agg_check_status", "state", "L7OK")).isEqualTo("1.0");
    assertThat(half.value("haproxy_backend_agg_server_status", "state", "UP")).isEqualTo("1.0");
    assertThat(half.value("haproxy_backend_agg_server_status", "state", "DOWN")).isEqualTo("1.0");
    assertThat(server(half, 1, "check_failures_total")).isEqualTo("2.0");
    assertThat(server(half, 1, "check_up_down_total")).isEqualTo("1.0");
    assertThat(server(half, 1, "check_duration_seconds")).isEqualTo("0.003");
    assertThat(backend(half, "check_up_down_total")).isEqualTo("0.0");

    scene.checked(2, Status.L4CON, "");
    scene.checked(2, Status.L4CON, "");
    ScrapedText down = scrape();
    assertThat(backend(down, "check_up_down_total")).isEqualTo("1.0");
    assertThat(Double.parseDouble(backend(down, "downtime_seconds_total"))).isPositive();
    assertThat(Double.parseDouble(backend(down, "check_last_change_seconds"))).isBetween(0.0, 60.0);
  }

  @Test
  void limitsAreNanWithoutOne() {
    ScrapedText text = scrape();
    assertThat(server(text, 1, "limit_sessions")).isEqualTo("NaN");
    assertThat(server(text, 2, "limit_sessions")).isEqualTo("40.0");
    assertThat(text.value("haproxy_frontend_limit_sessions")).isEqualTo("1000.0");
    assertThat(backend(text, "limit_sessions")).isEqualTo("1000.0");
    assertThat(server(text, 1, "queue_limit")).isEqualTo("NaN");
    assertThat(text.value("pgproxy_queue_limit_seconds")).isEqualTo("120.0");
  }

  @Test
  void trafficIsCountedOnceAndShownWhereItBelongs() {
    scene.traffic.opened();
    scene.traffic.traffic().in(10);
    scene.traffic.traffic().out(20);
    scene.traffic.requestError();
    scene.traffic.denied();
    scene.backend.traffic().responseTime().add(TimeUnit.MILLISECONDS.toNanos(250));
    bound = true;
    ScrapedText text = scrape();
    assertThat(text.value("haproxy_frontend_current_sessions")).isEqualTo("1.0");
    assertThat(text.value("haproxy_frontend_connections_total")).isEqualTo("1.0");
    assertThat(text.value("haproxy_frontend_bytes_in_total")).isEqualTo("10.0");
    assertThat(text.value("haproxy_frontend_bytes_out_total")).isEqualTo("20.0");
    assertThat(text.value("haproxy_frontend_request_errors_total")).isEqualTo("1.0");
    assertThat(text.value("haproxy_frontend_denied_connections_total")).isEqualTo("1.0");
    assertThat(text.value("haproxy_frontend_status", "state", "UP")).isEqualTo("1.0");
    assertThat(backend(text, "response_time_average_seconds")).isEqualTo("0.25");
    assertThat(backend(text, "max_response_time_seconds")).isEqualTo("0.25");
    assertThat(backend(text, "last_session_seconds")).isEqualTo("-1.0");
  }

  @Test
  void theDemandIsAlwaysThere() {
    assertThat(scrape().value("pgproxy_demand")).isEqualTo("0.0");
    Claim waiting = scene.demand.claim("pg_backends");
    Claim busy = scene.demand.claim("pg_backends");
    busy.served("s1");
    scene.demand.noWake(NoWake.PG_ISREADY);
    ScrapedText text = scrape();
    assertThat(text.value("pgproxy_demand")).isEqualTo("2.0");
    assertThat(text.value("pgproxy_waiting")).isEqualTo("1.0");
    assertThat(text.value("pgproxy_sessions", "activity", "busy")).isEqualTo("1.0");
    assertThat(text.value("pgproxy_sessions", "activity", "idle")).isEqualTo("0.0");
    assertThat(text.value("pgproxy_no_wake_total", "reason", "pg_isready")).isEqualTo("1.0");
    assertThat(text.value("pgproxy_no_wake_total", "reason", "http")).isEqualTo("0.0");
    waiting.end(true);
    assertThat(scrape().value("pgproxy_lingering")).isEqualTo("1.0");
  }

  @Test
  void eventsFallIntoTheirBuckets() {
    metrics.sessions().queueWaited("pg_backends", TimeUnit.SECONDS.toNanos(90));
    metrics
        .sessions()
        .connected("pg_backends", "pg-deeplake-1", TimeUnit.MICROSECONDS.toNanos(700));
    metrics.sessions().firstByte("pg_backends", "pg-deeplake-1", TimeUnit.MILLISECONDS.toNanos(3));
    metrics.sessions().sessionEnded("pg_frontend", "CLIENT_CLOSED", TimeUnit.SECONDS.toNanos(5));
    metrics.sessions().sessionEnded("pg_frontend", "SERVER_CLOSED", TimeUnit.SECONDS.toNanos(5));
    metrics.sessions().refused("pg_frontend", "QUEUE_TIMEOUT", "57P03");
    metrics.sessions().cancel("forwarded");
    ScrapedText text = scrape();
    assertThat(text.value("pgproxy_queue_wait_seconds_bucket", "le", "60.0")).isEqualTo("0");
    assertThat(text.value("pgproxy_queue_wait_seconds_bucket", "le", "120.0")).isEqualTo("1");
    assertThat(text.value("pgproxy_queue_wait_seconds_sum")).isEqualTo("90.0");
    assertThat(
            text.value("pgproxy_connect_seconds_bucket", "server", "pg-deeplake-1", "le", "0.001"))
        .isEqualTo("1");
    assertThat(text.value("pgproxy_first_byte_seconds_count", "server", "pg-deeplake-1"))
        .isEqualTo("1");
    assertThat(text.value("pgproxy_session_duration_seconds_count")).isEqualTo("2");
    assertThat(text.value("pgproxy_sessions_closed_total", "reason", "SERVER_CLOSED"))
        .isEqualTo("1.0");
    assertThat(text.value("pgproxy_refusals_total", "sqlstate", "57P03")).isEqualTo("1.0");
    assertThat(text.value("pgproxy_cancels_total", "result", "forwarded")).isEqualTo("1.0");
    assertThat(text.value("pgproxy_cancels_total", "result", "failed")).isEqualTo("0.0");
  }

  @Test
  void whatCannotBeReadIsAbsentAndTheRestIsThere() {
    Metrics broken = new Metrics();
    broken.register(
        scene.frontend,
        scene.traffic,
        () -> {
          throw new IllegalStateException("a bug");
        });
    ScrapedText text = ScrapedText.parse(broken.scrape());
    assertThat(text.has("haproxy_frontend_status")).isFalse();
    assertThat(text.has("haproxy_frontend_sessions_total")).isTrue();
  }

  @Test
  void ownersThatCannotBeReadAreAbsentAltogether() {
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register(
        new OwnerCollector<>(
            "pgproxy_",
            DemandFamilies.demand(),
            () -> {
              throw new IllegalStateException("a bug");
            },
            snapshot -> Labels.EMPTY));
    assertThat(registry.scrape().size()).isZero();
  }

  @Test
  void openMetricsForThoseWhoAsk() {
    Exposition open = metrics.scrape("application/openmetrics-text;version=1.0.0;q=0.5");
    assertThat(open.contentType()).startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(open.text()).endsWith("# EOF\n").contains("haproxy_backend_current_queue{proxy=");
    for (String accept : List.of("", "*/*", "text/html", "application/vnd.google.protobuf")) {
      assertThat(metrics.scrape(accept).contentType()).startsWith("text/plain; version=0.0.4");
    }
  }
}
