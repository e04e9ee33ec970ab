package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: what a running proxy serves under /metrics satisfies Prometheus' own check, and a counter
// is there before its first event.
class MetricsIT {
  /** HAProxy's own name; alerts and dashboards know it. */
  private static final List<String> LINT_OF_HAPROXYS_NAMES =
      List.of("haproxy_process_failed_resolutions counter metrics should have \"_total\" suffix");

  @Test
  @NeedsProgram({"promtool", "psql"})
  void promtoolHasNothingToSay(@TempDir Path directory) throws IOException {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort nobody = new ReservedPort();
        TestProxy proxy =
            TestProxy.to(postgres)
                .server(nobody.address(), "max-connections = 5")
                .server("does-not-exist.invalid:5432")
                .start()
                .awaitUp(1)) {
      assertThat(proxy.psql("select 1").run().out()).isEqualTo("1\n");
      try (RawClient client = RawClient.session(proxy.address())) {
        client.send(RawClient.query("select pg_sleep(60)"));
        await().until(() -> proxy.demand().busy() == 1);
        Path scrape = Files.writeString(directory.resolve("metrics"), proxy.get("/metrics"));
        Command.Result lint =
            Command.of("sh", "-c", "promtool check metrics < '" + scrape + "'").run();
        assertThat((lint.out() + lint.err()).lines())
            .containsExactlyInAnyOrderElementsOf(LINT_OF_HAPROXYS_NAMES);
      }
      await().until(() -> ScrapedText.of(proxy).number("haproxy_process_failed_resolutions") > 0);
    }
  }

  @Test
  void nothingThatHappensMakesASeriesThatWasNotThere() throws IOException {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy =
            TestProxy.to(postgres)
                .frontend("timeouts.startup = 1s")
                .backend("timeouts.queue = 1s")
                .start()) {
      Set<String> before = counters(proxy);
      try (RawClient waiter = RawClient.open(proxy.address())) {
        waiter.send(RawClient.startup());
        assertThat(waiter.readUntil('E').getLast().fields()).containsEntry('C', "57P03");
      }
      try (RawClient http = RawClient.open(proxy.address())) {
        http.send("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertThat(http.readUntil('E').getLast().fields()).containsKey('C');
      }
      try (RawClient silent = RawClient.open(proxy.address())) {
        assertThat(silent.read()).isNull();
      }
      postgres.start();
      proxy.awaitUp(1);
      try (RawClient client = RawClient.session(proxy.address())) {
        assertThat(client.value("select 42")).isEqualTo("42");
      }
      proxy.awaitNoSession();
      assertThat(counters(proxy)).isEqualTo(before);
      ScrapedText text = ScrapedText.of(proxy);
      assertThat(
              text.number("pgproxy_refusals_total", "reason", "queue_timeout", "sqlstate", "57P03"))
          .isEqualTo(1);
      assertThat(text.number("pgproxy_sessions_closed_total", "reason", "startup_timeout"))
          .isEqualTo(1);
      assertThat(text.number("haproxy_process_connections_total")).isEqualTo(4);
    }
  }

  /** Every series of a counter or histogram, without what only the JVM knows. */
  private static Set<String> counters(TestProxy proxy) {
    ScrapedText text = ScrapedText.of(proxy);
    return text.samples().stream()
        .filter(sample -> sample.name().startsWith("pgproxy_"))
        .filter(sample -> sample.name().matches(".*_(total|count)"))
        .map(sample -> sample.name() + sample.labels())
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
