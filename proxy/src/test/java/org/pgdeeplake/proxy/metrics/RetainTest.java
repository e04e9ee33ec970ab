package org.pgdeeplake.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

// Rule: of what the configuration no longer has nothing is exposed, whatever its sessions still do.
class RetainTest {
  @Test
  void whatIsGoneIsNotShownUntilItIsBack() {
    try (Scene scene = new Scene()) {
      Metrics metrics = new Metrics();
      metrics.register(scene.frontend, scene.traffic, () -> true);
      metrics.register(scene.backend);
      everythingHappens(metrics);
      assertThat(metrics.scrape())
          .contains("pg_frontend", "pg_backends", "pgproxy_sessions_closed_total");

      metrics.retain(Set.of(), List.of());
      everythingHappens(metrics);
      assertThat(metrics.scrape()).doesNotContain("pg_frontend", "pg_backends", "pg-deeplake-1");

      metrics.retain(Set.of("pg_frontend"), List.of(scene.backend));
      metrics.register(scene.frontend, scene.traffic, () -> true);
      metrics.register(scene.backend);
      everythingHappens(metrics);
      assertThat(metrics.scrape())
          .contains(
              "pgproxy_sessions_closed_total{proxy=\"pg_frontend\",reason=\"normal\"} 1.0",
              "pgproxy_connect_seconds_count{proxy=\"pg_backends\",server=\"pg-deeplake-1\"} 1");
    }
  }

  private static void everythingHappens(Metrics metrics) {
    metrics.sessions().queueWaited("pg_backends", 1);
    metrics.sessions().connected("pg_backends", "pg-deeplake-1", 1);
    metrics.sessions().firstByte("pg_backends", "pg-deeplake-1", 1);
    metrics.sessions().sessionEnded("pg_frontend", "normal", 1);
    metrics.sessions().refused("pg_frontend", "queue_full", "57P03");
  }

  @Test
  void whatStaysGoesOn() {
    try (Scene scene = new Scene()) {
      Metrics metrics = new Metrics();
      metrics.register(scene.frontend, scene.traffic, () -> true);
      metrics.register(scene.backend);
      everythingHappens(metrics);

      metrics.retain(Set.of("pg_frontend"), List.of(scene.backend));
      metrics.register(scene.frontend, scene.traffic, () -> true);
      metrics.register(scene.backend);
      everythingHappens(metrics);

      assertThat(metrics.scrape())
          .contains("pgproxy_sessions_closed_total{proxy=\"pg_frontend\",reason=\"normal\"} 2.0")
          .contains("haproxy_frontend_sessions_total{proxy=\"pg_frontend\"} ")
          .containsOnlyOnce("haproxy_frontend_limit_sessions{proxy=\"pg_frontend\"}");
    }
  }
}
