// An instance that has to go is drained first, whatever becomes of that PostgreSQL gets its SIGINT,
// and no secret is seen.
package org.pgdeeplake.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreStopTest {
  private static final String SCRIPT = "pg-deeplake/files/pre-stop.sh";
  private static final String PASSWORD = "p:ass\"w o$rd";

  @TempDir Path directory;
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final ConcurrentLinkedQueue<Integer> answers = new ConcurrentLinkedQueue<>();
  private final HttpServer proxy = server();
  private Process postmaster = stranger();

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Says which signal has ended it, as PostgreSQL would. */
  private Process stranger() {
    try {
      return new ProcessBuilder(
              "bash",
              "-c",
              "trap 'exit 42' INT; trap 'exit 43' TERM; echo ready; while :; do read -rt 0.05 <>"
                  + " <(:) || :; done")
          .start();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void begin() throws IOException {
    assertThat(postmaster.inputReader().readLine()).isEqualTo("ready");
    Files.writeString(directory.resolve("PROXY_STATS_USER"), "admin");
    Files.writeString(directory.resolve("PROXY_STATS_PASSWORD"), PASSWORD);
    proxy.createContext("/", this::answer);
    proxy.start();
  }

  @AfterEach
  void end() {
    postmaster.destroyForcibly();
    proxy.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    requests.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + exchange.getRequestHeaders().getFirst("Authorization"));
    byte[] body = "{\"error\":\"why not\"}".getBytes(StandardCharsets.UTF_8);
    Integer status = answers.poll();
    exchange.sendResponseHeaders(status == null ? 200 : status, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private Programs.Result stop(int port, int seconds) throws Exception {
    return Programs.run(
        Duration.ofSeconds(60),
        Map.of("DRAIN_CREDENTIALS", directory.toString(), "DRAIN_INSTANCE", "pg-deeplake-3"),
        "bash",
        SCRIPT,
        "127.0.0.1",
        "" + port,
        "" + seconds,
        "" + postmaster.pid());
  }

  private void assertInterrupted() {
    Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !postmaster.isAlive());
    assertThat(postmaster.exitValue()).as("SIGINT is a fast shutdown").isEqualTo(42);
  }

  @Test
  void itIsDrainedAndThenEnds() throws Exception {
    Programs.Result result = stop(proxy.getAddress().getPort(), 30);
    assertThat(result.exitCode()).as(result.output()).isZero();
    String login =
        Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    assertThat(requests)
        .containsExactly(
            "POST /api/v1/servers/pg-deeplake-3/drain?wait=30s&until=down Basic " + login);
    assertInterrupted();
  }

  @Test
  void whatIsStillBusyAfterTheTimeEndsAllTheSame() throws Exception {
    answers.add(504);
    Programs.Result result = stop(proxy.getAddress().getPort(), 30);
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.output()).contains("504", "why not").doesNotContain(PASSWORD);
    assertThat(requests).hasSize(1);
    assertInterrupted();
  }

  @Test
  void aProxyThatGoesAwayIsAskedAgain() throws Exception {
    answers.addAll(List.of(503, 503));
    Programs.Result result = stop(proxy.getAddress().getPort(), 30);
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(requests).hasSize(3);
    assertInterrupted();
  }

  @Test
  void withoutAnyProxyItEndsAfterTheTime() throws Exception {
    Programs.Result result = stop(Programs.freePort(), 2);
    assertThat(result.exitCode()).isEqualTo(1);
    assertInterrupted();
  }

  @Test
  @NeedsProgram("shellcheck")
  void shellcheckFindsNoFault() throws Exception {
    Programs.Result result = Programs.run(Duration.ofMinutes(1), Map.of(), "shellcheck", SCRIPT);
    assertThat(result.output()).isEmpty();
  }
}
