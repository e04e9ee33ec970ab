// Rule: whoever says to any port what it does not understand is answered or closed within the
// port's limit, costs no line that alarms anybody, and nobody else notices.
package org.pgdeeplake.proxy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pgdeeplake.proxy.support.EveryPort;
import org.pgdeeplake.proxy.support.EveryPort.Port;
import org.pgdeeplake.proxy.support.NeedsProgram;
import org.pgdeeplake.proxy.support.Strangers;
import org.pgdeeplake.proxy.support.Strangers.Stranger;

@NeedsProgram("psql")
class ScannersIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** For the loops of a busy machine to get to it. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  @TempDir private Path directory;
  private EveryPort every;

  @BeforeEach
  void start() throws IOException {
    every = new EveryPort(directory);
    every.serves();
  }

  @AfterEach
  void end() {
    every.close();
  }

  /** The port refuses what it does not know, and the scanners leave when they like. */
  @Test
  void nobodyNotices() throws IOException {
    try (Strangers scanners = new Strangers()) {
      greet(scanners);
      every.serves();
      await("what is longer than anything is refused at once")
          .atMost(LIMIT)
          .until(() ->
              scanners.all().stream()
                  .filter(scanner -> scanner.toString().contains(Greeting.MUCH.name()))
                  .allMatch(scanner -> scanner.ended() != null));
    }
    assertUntouched();
  }

  /** Who listens for ever is left by each port. */
  @Test
  @Tag("long")
  void eachIsEndedWithinItsLimit() throws IOException {
    try (Strangers scanners = new Strangers()) {
      greet(scanners);
      every.serves();
      for (Port port : Port.values()) {
        await("none is left at " + port)
            .atMost(port.limit().plus(LIMIT))
            .untilAsserted(() ->
                assertThat(scanners.all())
                    .filteredOn(scanner -> scanner.toString().startsWith(port + " "))
                    .hasSize(Greeting.values().length)
                    .allMatch(scanner -> scanner.ended() != null));
        for (Stranger scanner : scanners.all()) {
          if (scanner.toString().startsWith(port + " ")) {
            assertThat(Objects.requireNonNull(scanner.ended()))
                .as(scanner.toString())
                .isLessThan(port.limit().plus(GRACE));
          }
        }
      }
    }
    assertUntouched();
  }

  private void greet(Strangers scanners) {
    for (Port port : Port.values()) {
      for (Greeting greeting : Greeting.values()) {
        var _ =
            scanners.come(
                port + " " + greeting,
                every.address(port),
                greeting.from(),
                greeting.bytes(),
                Duration.ZERO);
      }
    }
  }

  private void assertUntouched() throws IOException {
    await("no session is left")
        .atMost(LIMIT)
        .untilAsserted(() -> {
          assertThat(every.metrics().number("haproxy_frontend_current_sessions", "proxy", "plain"))
              .isZero();
          assertThat(every.metrics().number("pgproxy_demand")).isZero();
        });
    every.serves();
    assertThat(every.ended().lines())
        .noneMatch(line -> line.contains(" ERROR "))
        // Its only peer is itself: on a busy machine it does not hear itself in time.
        .noneMatch(line -> line.contains(" WARN ") && !line.contains("no peer at"))
        .noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception"));
  }
}
