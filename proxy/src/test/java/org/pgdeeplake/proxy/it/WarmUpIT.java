package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.Kernel;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.ScrapedText;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;

// Rule: before it is ready the proxy plays real sessions with itself, and nothing of them is to be
// seen afterwards: in no metric, no session, no demand, no line of the log.
class WarmUpIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void nothingOfItIsCounted(String transport) throws IOException {
    Kernel.assumeTransport(transport);
    try (TestPostgres postgres = TestPostgres.started();
        TestProxy proxy =
            TestProxy.to(postgres).proxy("warm-up = 1s", "transport = " + transport).start();
        RawClient early = RawClient.session(proxy.address())) {
      assertThat(early.value("select 42")).as("clients are served meanwhile").isEqualTo("42");
      await().atMost(LIMIT).until(proxy.proxy()::ready);
      ScrapedText text = ScrapedText.parse(proxy.get("/metrics"));
      assertThat(text.value("haproxy_process_connections_total")).isEqualTo("1.0");
      assertThat(text.value("pgproxy_log_lines_dropped_total")).isEqualTo("0.0");
      assertThat(proxy.get("/metrics")).doesNotContain("stand-in").doesNotContain("proxy=\"\"");
      assertThat(proxy.sessions()).isEqualTo(1);
    }
  }

  @Test
  void theLogHasOneWordOfIt(@TempDir Path directory) throws IOException {
    try (ReservedPort port = new ReservedPort()) {
      Path file =
          Files.writeString(
              directory.resolve("proxy.conf"),
              """
              proxy {
                warm-up = 3s
                admin.bind = "127.0.0.1:0"
                frontends.pg_frontend { bind = "%s", default-backend = pg_backends }
                backends.pg_backends.servers = []
              }
              """
                  .formatted(port.address()));
      try (Command proxy = ProxyProcess.start(file)) {
        await().atMost(LIMIT).until(() -> proxy.out().contains("ready ("));
        proxy.signal("TERM");
        Command.Result result = proxy.await(LIMIT);
        assertThat(result.exitCode()).isZero();
        List<String> lines = result.out().lines().toList();
        assertThat(lines).as(result.out()).hasSizeLessThan(10);
        assertThat(result.out())
            .containsPattern("ready \\(\\w+, \\d+ event loops, warm after [1-9]\\d* sessions")
            .doesNotContain("stand-in", "WARN");
      }
    }
  }

  /** What the image and bin/pg-proxy make the JVM's cache with. */
  @Test
  void theTrainingEndsByItself() {
    try (Command proxy = ProxyProcess.withArguments("--train").start()) {
      Command.Result result = proxy.await(Duration.ofSeconds(60));
      assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
      assertThat(result.out()).contains("warm after", "stopped");
    }
  }
}
