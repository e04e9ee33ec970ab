package org.pgdeeplake.proxy.it;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pgdeeplake.proxy.support.Command;
import org.pgdeeplake.proxy.support.ProxyProcess;
import org.pgdeeplake.proxy.support.RawClient;
import org.pgdeeplake.proxy.support.ReservedPort;
import org.pgdeeplake.proxy.support.TestPostgres;
import org.pgdeeplake.proxy.support.TestProxy;
import org.pgdeeplake.proxy.support.TestTls;

// Rule: SIGHUP reloads a proxy as often as one likes: its log tells what came of it, and nothing is
// left behind.
@Tag("long")
class ReloadProcessIT extends ReloadStage {
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

  private static String bind(ReservedPort port) {
    return "bind = \"" + port.address() + "\"";
  }
}
