package org.pgdeeplake.proxy.it;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.operation.Caller;
import org.pgdeeplake.proxy.operation.ReloadResult;
import org.pgdeeplake.proxy.operation.ReloadResult.Applied;
import org.pgdeeplake.proxy.operation.ReloadResult.Refused;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.ScrapedText.Sample;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: a reload applies the whole file or nothing of it, and says what or why.
@Tag("long")
class ReloadWholeIT {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @TempDir private Path directory;

  private Path file() {
    return directory.resolve("proxy.conf");
  }

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

  private void assertRefused(TestProxy proxy, TestProxy.Builder configuration, String problem)
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
  void whileItStopsItIsRefused() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy = TestProxy.to(postgres).start(file()).awaitUp(1)) {
      try (Connection session = proxy.connect()) {
        proxy.proxy().shutdown();
        assertThat(proxy.refused()).containsExactly("the proxy is shutting down");
        assertThat(session.isValid(5)).isTrue();
      }
      proxy.proxy().awaitTermination();
    }
  }

  @Test
  void whoStopsItDuringReloadsEndsItAndEverybodyIsAnswered() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy = TestProxy.to(postgres).start(file()).awaitUp(1)) {
      List<CompletableFuture<ReloadResult>> answers = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        answers.add(proxy.operations().reload(new Caller("test", "", null)));
        await().atMost(LIMIT).until(() -> answers.getFirst().isDone());
        if (i == 25) {
          proxy.proxy().shutdown();
        }
      }
      for (CompletableFuture<ReloadResult> answer : answers) {
        assertThat(answer.get(10, TimeUnit.SECONDS)).isNotNull();
      }
      assertThat(answers.getFirst().join()).isInstanceOf(Applied.class);
      assertThat(answers.getLast().join()).isInstanceOf(Refused.class);
      proxy.proxy().awaitTermination();
    }
  }

  @Test
  void manyLeaveNothingBehind() throws Exception {
    TestTls tls = TestTls.in(directory);
    try (TestPostgres postgres = TestPostgres.create().tls(tls.certificate());
        ReservedPort one = new ReservedPort();
        ReservedPort two = new ReservedPort();
        ReservedPort started = new ReservedPort()) {
      postgres.start();
      List<String> files =
          Stream.of(one, two)
              .map(port ->
                  TestProxy.to(postgres)
                      .frontend(bind(started))
                      .frontend(tls.terminate())
                      .frontend("timeouts { startup = 100ms, tls-handshake = 100ms }")
                      .backend(
                          "tls { mode = require, shared-certificate = true }",
                          "timeouts.connect = 500ms")
                      .proxy(
                          "frontends.f%1$d { %2$s, default-backend = b%1$d }"
                              .formatted(port.number(), bind(port)),
                          "backends.b%d.servers = []".formatted(port.number()))
                      .text())
              .toList();
      Files.writeString(file(), files.get(1));
      try (Command proxy = ProxyProcess.start(file())) {
        var _ = ProxyProcess.awaitListening(proxy, two);
        Used before = new Used(0, 0);
        for (int i = 0; i < 24; i++) {
          Files.writeString(file(), files.get(i % 2));
          int applied = i + 1;
          proxy.signal("HUP");
          await()
              .atMost(LIMIT)
              .until(() -> proxy.out().split("reload applied: ", -1).length == applied + 1);
          if (i == 3) {
            before = Used.settled(proxy.pid());
          }
        }
        Used first = before;
        await()
            .atMost(LIMIT)
            .untilAsserted(() -> {
              Used now = Used.of(proxy.pid());
              assertThat(now.threads()).isLessThanOrEqualTo(first.threads() + 2);
              assertThat(now.files()).isLessThanOrEqualTo(first.files() + 3);
            });
        proxy.signal("TERM");
        assertThat(proxy.await().exitCode()).isZero();
      }
    }
  }

  /** Of a process. */
  private record Used(long threads, long files) {
    static Used of(long pid) throws IOException {
      Path process = Path.of("/proc", String.valueOf(pid));
      try (Stream<Path> tasks = Files.list(process.resolve("task"));
          Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
        return new Used(tasks.count(), descriptors.count());
      }
    }

    /** As soon as it is the same for a second: what ends takes its time. */
    static Used settled(long pid) {
      AtomicReference<Used> last = new AtomicReference<>(new Used(0, 0));
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> {
            Used now = of(pid);
            return now.equals(last.getAndSet(now));
          });
      return last.get();
    }
  }

  @Test
  void withoutAFileItIsRefused() {
    try (TestPostgres postgres = TestPostgres.create();
        TestProxy proxy = TestProxy.to(postgres).start()) {
      assertThat(proxy.refused()).singleElement().asString().endsWith("no such file");
    }
  }

  @Test
  void sighupReloads() throws Exception {
    try (TestPostgres postgres = TestPostgres.started();
        ReservedPort port = new ReservedPort();
        ReservedPort next = new ReservedPort()) {
      Files.writeString(file(), TestProxy.to(postgres).frontend(bind(port)).text());
      try (Command proxy = ProxyProcess.start(file())) {
        var _ = ProxyProcess.awaitListening(proxy, port);
        Files.writeString(
            file(), TestProxy.to(postgres).frontend(bind(next)).proxy("log.level = debug").text());
        proxy.signal("HUP");
        var _ = ProxyProcess.awaitListening(proxy, next);
        await()
            .atMost(LIMIT)
            .until(() ->
                proxy.out().contains("SIGHUP: reload of " + file())
                    && proxy.out().contains("reload: log.level info -> debug"));
        // More than the log tells of what repeats.
        String wrong = IntStream.range(0, 99).mapToObj("k%d = 1\n"::formatted).collect(joining());
        Files.writeString(file(), "proxy { thread = 2\n" + wrong + "}\n");
        RawClient.open(new InetSocketAddress(LOOPBACK, next.number())).close();
        await()
            .atMost(LIMIT)
            .until(() -> proxy.out().lines().anyMatch(line -> line.contains("DEBUG session ")));
        proxy.signal("HUP");
        await()
            .atMost(LIMIT)
            .until(
                () -> proxy.out().contains("reload: " + file() + ":1: proxy.thread: unknown key"));
        assertThat(proxy.out()).contains("reload refused, everything runs on as before");
        await().atMost(LIMIT).until(() -> proxy.out().contains(":100: proxy.k98: unknown key"));
        proxy.signal("TERM");
        assertThat(proxy.await().exitCode()).isZero();
      }
    }
  }

  private static String bind(ReservedPort port) {
    return "bind = \"" + port.address() + "\"";
  }
}
