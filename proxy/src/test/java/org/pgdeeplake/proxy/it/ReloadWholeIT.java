package org.pgdeeplake.proxy.it;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.ProxyFile;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.ScrapedText.Sample;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: a reload applies the whole file or nothing of it, and says what or why.
@Tag("long")
class ReloadWholeIT extends ReloadStage {
  @Test
  void whatIsWrongChangesNothingAndIsToldWithItsPlace() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort taken = new ReservedPort();
        Socket listening = new Socket();
        TestProxy proxy = TestProxy.to(postgres).start(file()).awaitUp(1)) {
      listening.bind(new InetSocketAddress(LOOPBACK, 0));
      String added =
          "frontends.more { bind = \"" + taken.address() + "\", default-backend = pg_backends }";
      Path noPem = Files.writeString(directory.resolve("bad.pem"), "not a certificate\n");
      assertRefused(
          proxy,
          TestProxy.to(postgres, postgres).backend("retrys = 3").proxy(added),
          "proxy.backends.pg_backends.retrys: unknown key");
      assertRefused(
          proxy,
          TestProxy.to(postgres, postgres)
              .proxy(added, "admin.bind = \"127.0.0.1:%d\"".formatted(listening.getLocalPort())),
          "proxy.admin.bind: cannot listen on 127.0.0.1:%d (admin): Address already in use"
              .formatted(listening.getLocalPort()));
      assertRefused(
          proxy,
          TestProxy.to(postgres, postgres)
              .proxy(added)
              .frontend("tls { mode = terminate, certificate = \"" + noPem + "\" }"),
          "proxy.frontends.pg_frontend.tls.certificate: " + noPem);
      assertRefused(
          proxy,
          TestProxy.to(postgres, postgres).proxy(added, "threads = 3"),
          "proxy.threads: from 2 to 3 needs a restart");
      Files.delete(file());
      assertThat(proxy.refused()).containsExactly(file() + ": no such file");
      assertThat(proxy.backend().servers()).hasSize(1);
      assertThatThrownBy(() -> new Socket(LOOPBACK, taken.number()).close())
          .as("nobody listens there")
          .isInstanceOf(IOException.class);
      try (Connection session = proxy.connect()) {
        assertThat(session.isValid(5)).isTrue();
      }
      assertThat(proxy.get("/metrics"))
          .contains("pgproxy_reloads_total{result=\"refused\"} 5.0")
          .contains("pgproxy_reloads_total{result=\"applied\"} 0.0")
          .contains("pgproxy_config_last_reload_successful 0.0");
    }
  }

  private void assertRefused(TestProxy proxy, ProxyFile configuration, String problem)
      throws IOException {
    assertThat(proxy.refused(configuration))
        .singleElement()
        .asString()
        .matches("(?s)" + Pattern.quote(file().toString()) + ":[0-9]+: .*")
        .contains(problem);
  }

  @Test
  void countersGoOnAndWhatIsGoneIsNotShown() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy =
            TestProxy.to(postgres, postgres)
                .proxy("frontends.second { bind = \"127.0.0.1:0\", default-backend = pg_backends }")
                .start(file())
                .awaitUp(2)) {
      for (int i = 0; i < 4; i++) {
        proxy.connect("sslmode=disable").close();
      }
      proxy.awaitNoSession();
      String before = proxy.get("/metrics");
      assertThat(before)
          .contains("haproxy_frontend_sessions_total{proxy=\"pg_frontend\"} 4.0")
          .contains("server=\"s2\"")
          .contains("proxy=\"second\"");
      assertThat(proxy.applied(TestProxy.to(postgres).frontend("max-connections = 77")))
          .containsExactly(
              "frontend pg_frontend: max-connections 10000 -> 77",
              "frontend second removed (127.0.0.1:0)",
              "server pg_backends/s2 removed (" + postgres.address() + ")");
      assertNoneFell(ScrapedText.parse(before), ScrapedText.of(proxy));
      proxy.connect("sslmode=disable").close();
      proxy.awaitNoSession();
      assertThat(proxy.get("/metrics"))
          .contains("haproxy_frontend_sessions_total{proxy=\"pg_frontend\"} 5.0")
          .contains("haproxy_frontend_limit_sessions{proxy=\"pg_frontend\"} 77.0")
          .contains("haproxy_backend_sessions_total{proxy=\"pg_backends\"} 5.0")
          .contains("haproxy_server_sessions_total{proxy=\"pg_backends\",server=\"s1\"} 3.0")
          .contains("pgproxy_session_duration_seconds_count{proxy=\"pg_frontend\"} 5")
          .contains("pgproxy_connect_seconds_count{proxy=\"pg_backends\",server=\"s1\"} 3")
          .contains("pgproxy_reloads_total{result=\"applied\"} 1.0")
          .contains("pgproxy_config_last_reload_successful 1.0")
          .doesNotContain("server=\"s2\"")
          .doesNotContain("proxy=\"second\"");
    }
  }

  private static void assertNoneFell(ScrapedText before, ScrapedText after) {
    Map<Map.Entry<String, Map<String, String>>, Double> now =
        counters(after).collect(toMap(ReloadWholeIT::series, ReloadWholeIT::value));
    List<Sample> known = counters(before).filter(one -> now.containsKey(series(one))).toList();
    assertThat(known).hasSizeGreaterThan(50);
    assertThat(known).filteredOn(one -> value(one) > now.getOrDefault(series(one), 0.0)).isEmpty();
  }

  private static Stream<Sample> counters(ScrapedText text) {
    return text.samples().stream().filter(one -> "counter".equals(text.types().get(one.name())));
  }

  private static Map.Entry<String, Map<String, String>> series(Sample sample) {
    return Map.entry(sample.name(), sample.labels());
  }

  private static double value(Sample sample) {
    return Double.parseDouble(sample.value());
  }

  @Test
  void withoutAFileItIsRefused() {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).start()) {
      assertThat(proxy.refused()).singleElement().asString().endsWith("no such file");
    }
  }
}
