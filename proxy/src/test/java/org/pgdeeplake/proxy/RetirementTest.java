// What sessions may still use ends when none has used it for a while, whatever happens to another.
package org.pgdeeplake.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.config.ConfigReader;
import org.pgdeeplake.proxy.config.ProxyConfig;

class RetirementTest {
  @TempDir private Path directory;

  private final ScheduledExecutorService timer = Reloads.newThread();
  private final Retirement retirement = new Retirement(timer);

  @AfterEach
  void close() {
    retirement.close();
    timer.shutdown();
  }

  /** Somewhat more than two seconds: three looks. */
  private ProxyConfig config() throws Exception {
    return ConfigReader.read(
        Files.writeString(
            directory.resolve("proxy.conf"),
            """
            proxy {
              frontend-defaults.timeouts { startup = 400ms, tls-handshake = 400ms }
              frontends.f { bind = "127.0.0.1:0", default-backend = b }
              backends.b { servers = [], timeouts.connect = 100ms }
            }
            """));
  }

  @Test
  void oneLookIsNotEnough() throws Exception {
    AtomicInteger looks = new AtomicInteger();
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    retirement.add(
        config(),
        // In use, and for an instant in no count.
        () -> looks.incrementAndGet() > 3 || looks.get() == 2,
        () -> ended.complete(looks.get()));
    assertThat(ended.get(20, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(5);
  }

  @Test
  void oneThatFailsKeepsNobodyFromTheNext() throws Exception {
    CompletableFuture<String> ended = new CompletableFuture<>();
    for (int i = 0; i < 2; i++) {
      retirement.add(
          config(),
          () -> {
            throw new IllegalStateException("a bug");
          },
          () -> {});
      retirement.add(
          config(),
          () -> true,
          () -> {
            throw new LinkageError("out of luck");
          });
    }
    retirement.add(config(), () -> true, () -> ended.complete(Thread.currentThread().getName()));
    assertThat(ended.get(20, TimeUnit.SECONDS)).isEqualTo("reload");
  }
}
