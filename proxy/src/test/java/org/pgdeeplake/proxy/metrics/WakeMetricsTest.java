package org.pgdeeplake.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.ScrapedText;

// Each start of a backend is counted by how it ended, and timed phase by phase since the demand.
class WakeMetricsTest {
  private final Scene scene = new Scene();
  private final Metrics metrics = new Metrics();

  @BeforeEach
  void register() {
    metrics.register(scene.backend);
  }

  @AfterEach
  void close() {
    scene.close();
  }

  private ScrapedText scrape() {
    return ScrapedText.parse(metrics.scrape());
  }

  private double timed(String phase) {
    return scrape().number("pgproxy_wake_seconds_count", "proxy", "pg_backends", "phase", phase);
  }

  @Test
  void everythingIsThereAtZero() {
    ScrapedText text = scrape();
    assertThat(text.number("pgproxy_wakes_total", "outcome", "served")).isZero();
    assertThat(text.number("pgproxy_wakes_total", "outcome", "abandoned")).isZero();
    assertThat(text.number("pgproxy_wake_in_progress")).isZero();
    for (String phase : new String[] {"server_up", "first_session", "first_row"}) {
      assertThat(timed(phase)).as(phase).isZero();
    }
    assertThat(text.number("pgproxy_wake_seconds_bucket", "phase", "first_row", "le", "0.1"))
        .isZero();
    assertThat(text.number("pgproxy_wake_seconds_bucket", "phase", "first_row", "le", "120.0"))
        .isZero();
  }

  @Test
  void aStartIsServedWhenTheFirstSessionIsAnswered() {
    scene.enter();
    assertThat(scrape().number("pgproxy_wake_in_progress")).isEqualTo(1);
    scene.up(1);
    assertThat(scrape().number("pgproxy_wake_in_progress")).isEqualTo(1);
    assertThat(scrape().number("pgproxy_wakes_total", "outcome", "served")).isZero();
    assertThat(timed("server_up")).isZero();
    scene.leases.getFirst().answered();
    assertThat(scrape().number("pgproxy_wake_in_progress")).isZero();
    assertThat(scrape().number("pgproxy_wakes_total", "outcome", "served")).isEqualTo(1);
    assertThat(timed("server_up")).isEqualTo(1);
    assertThat(timed("first_session")).isEqualTo(1);
    assertThat(timed("first_row")).isZero();
  }
}
