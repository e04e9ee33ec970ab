package org.pgdeeplake.proxy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.ScrapedText;

// The process is the sum of its frontends, and what the system says of it; every counter that can
// happen is there at 0.
class ProcessMetricsTest {
  private final Scene scene = new Scene();
  private final Metrics metrics = new Metrics();
  private boolean stopping;
  private long unresolved;

  @AfterEach
  void close() {
    scene.close();
  }

  private ScrapedText scrape() {
    return ScrapedText.parse(metrics.scrape());
  }

  private void register() {
    metrics.register(scene.frontend, scene.traffic, () -> true);
    metrics.register(new ProcessFacts(3, "nio", () -> 77, () -> stopping, () -> unresolved));
  }

  private static double process(ScrapedText text, String family) {
    return Double.parseDouble(text.value("haproxy_process_" + family));
  }

  @Test
  void sessionsAreThoseOfTheFrontends() {
    register();
    scene.traffic.opened();
    scene.traffic.opened();
    scene.traffic.closed();
    scene.traffic.traffic().out(500);
    ScrapedText text = scrape();
    assertThat(process(text, "current_connections")).isEqualTo(1);
    assertThat(process(text, "connections_total")).isEqualTo(2);
    assertThat(process(text, "max_session_rate")).isBetween(1.0, 2.0);
    assertThat(process(text, "bytes_out_total")).isEqualTo(500);
    assertThat(process(text, "max_connections")).isEqualTo(1000);
    assertThat(process(text, "hard_max_connections")).isEqualTo(77);
    assertThat(process(text, "listeners")).isEqualTo(1);
    assertThat(process(text, "jobs")).isEqualTo(2);
    assertThat(process(text, "nbthread")).isEqualTo(3);
  }

  /** As Java does when it cannot open the directory in which it would count them. */
  @Test
  void whereAllFilesAreOpenAsManyAreToldAsThereMayBe() {
    assertThat(
            ProcessOwner.openFds(
                () -> {
                  throw new InternalError("Unable to open directory /proc/self/fd");
                },
                1024))
        .hasValue(1024);
  }

  @Test
  void factsAreReadAtTheScrape() {
    register();
    assertThat(process(scrape(), "stopping")).isZero();
    assertThat(process(scrape(), "failed_resolutions")).isZero();
    stopping = true;
    unresolved = 7;
    ScrapedText text = scrape();
    assertThat(process(text, "stopping")).isEqualTo(1);
    assertThat(process(text, "failed_resolutions")).isEqualTo(7);
    assertThat(text.types()).containsEntry("haproxy_process_failed_resolutions", "counter");
    assertThat(text.value("haproxy_process_build_info", "version", "unpackaged")).isEqualTo("1");
  }

  @Test
  void whatTheSystemSaysOfTheProcess() {
    register();
    ScrapedText text = scrape();
    double now = System.currentTimeMillis() / 1000.0;
    assertThat(process(text, "start_time_seconds") + process(text, "uptime_seconds"))
        .isBetween(now - 5, now + 5);
    assertThat(process(text, "max_fds")).isGreaterThan(10);
    assertThat(process(text, "max_memory_bytes")).isGreaterThan(1 << 20);
    assertThat(Double.parseDouble(text.value("process_cpu_seconds_total"))).isPositive();
    assertThat(Double.parseDouble(text.value("process_open_fds"))).isGreaterThan(2);
    assertThat(text.samples())
        .filteredOn(sample -> sample.name().equals("jvm_gc_collection_seconds_count"))
        .isNotEmpty();
  }

  /** As the sessions' shares do (BufferMemory), and not only of Netty's usual allocator. */
  @Test
  void bufferMemoryIsOfEveryAllocator() {
    register();
    double before = Double.parseDouble(direct());
    int bytes = 8 << 20;
    ByteBuf large = UnpooledByteBufAllocator.DEFAULT.directBuffer(bytes);
    try {
      assertThat(Double.parseDouble(direct())).isGreaterThanOrEqualTo(before + bytes);
    } finally {
      large.release();
    }
  }

  private String direct() {
    return scrape().value("pgproxy_buffer_memory_bytes", "area", "direct");
  }

  @Test
  void ratesAreOfTheTimeBetweenTwoTicks() {
    ProcessRates rates = new ProcessRates();
    assertThat(rates.idlePercent()).isNaN();
    rates.tick(0, 100, 0, 4, 2);
    assertThat(rates.bytesOutPerSecond()).isZero();
    assertThat(rates.idlePercent()).isNaN();
    rates.tick(TimeUnit.SECONDS.toNanos(2), 300, TimeUnit.SECONDS.toNanos(2), 4, 1);
    assertThat(rates.bytesOutPerSecond()).isEqualTo(100);
    assertThat(rates.idlePercent()).isEqualTo(75);
    assertThat(rates.maxSessionsPerSecond()).isEqualTo(2);
    rates.tick(TimeUnit.SECONDS.toNanos(3), 300, TimeUnit.SECONDS.toNanos(99), 4, 0);
    assertThat(rates.idlePercent()).as("clocks may differ").isZero();
    rates.tick(TimeUnit.SECONDS.toNanos(4), 300, -1, 4, 0);
    assertThat(rates.idlePercent()).isNaN();
  }

  @Test
  void whatWasAnnouncedIsThereAtZero() {
    metrics
        .sessions()
        .announce("pg_frontend", List.of("normal"), Map.of("tls_required", List.of("28000")));
    ScrapedText text = scrape();
    assertThat(text.value("pgproxy_sessions_closed_total", "reason", "normal")).isEqualTo("0.0");
    assertThat(text.value("pgproxy_refusals_total", "reason", "tls_required", "sqlstate", "28000"))
        .isEqualTo("0.0");
  }

  @Test
  void reloadsAreCountedAndTheLastOneIsKnown() {
    ScrapedText before = scrape();
    assertThat(before.value("pgproxy_reloads_total", "result", "applied")).isEqualTo("0.0");
    assertThat(before.value("pgproxy_reloads_total", "result", "refused")).isEqualTo("0.0");
    assertThat(before.value("pgproxy_config_last_reload_successful")).isEqualTo("1.0");
    String read = before.value("pgproxy_config_last_reload_success_timestamp_seconds");

    metrics.reloaded(false);
    ScrapedText refused = scrape();
    assertThat(refused.value("pgproxy_reloads_total", "result", "refused")).isEqualTo("1.0");
    assertThat(refused.value("pgproxy_config_last_reload_successful")).isEqualTo("0.0");
    assertThat(refused.value("pgproxy_config_last_reload_success_timestamp_seconds"))
        .isEqualTo(read);

    metrics.reloaded(true);
    assertThat(scrape().value("pgproxy_config_last_reload_successful")).isEqualTo("1.0");
    assertThat(scrape().value("pgproxy_reloads_total", "result", "applied")).isEqualTo("1.0");
  }

  @Test
  void droppedLogLinesAreAbsentUntilSomebodyCountsThem() {
    assertThat(scrape().has("haproxy_process_dropped_logs_total")).isFalse();
    metrics.registerDroppedLogLines(() -> 12);
    assertThat(scrape().value("haproxy_process_dropped_logs_total")).isEqualTo("12.0");
    assertThat(scrape().value("pgproxy_log_lines_dropped_total")).isEqualTo("12.0");
  }

  @Test
  void openMetricsHasTheSameNames() {
    register();
    String text = metrics.scrape("application/openmetrics-text").text();
    assertThat(text)
        .contains("# TYPE haproxy_process_failed_resolutions unknown\n")
        .contains("\nhaproxy_process_failed_resolutions 0.0\n")
        .contains("# TYPE haproxy_process_connections counter\n")
        .contains("\nhaproxy_process_connections_total 0.0\n")
        .endsWith("# EOF\n");
  }
}
