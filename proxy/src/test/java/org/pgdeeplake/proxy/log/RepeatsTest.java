// What repeats is written some times, then summed up with its number; nothing vanishes.
package org.pgdeeplake.proxy.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RepeatsTest {
  private static final String OURS = "org.pgdeeplake.proxy.Any";

  private long nanos;
  private final Repeats repeats = new Repeats(() -> nanos);

  @Test
  void theFirstAreWrittenAndTheRestIsSummedUpAtTheEndOfTheWindow() {
    assertThat(allowed(OURS, Level.WARN, "client {}: too bad", 1284)).isEqualTo(Repeats.LIMIT);

    advance(Repeats.WINDOW_SECONDS - 1);
    assertThat(repeats.ended()).isEmpty();
    advance(1);
    assertThat(repeats.ended())
        .singleElement()
        .satisfies(summary -> {
          assertThat(summary.getFormattedMessage())
              .isEqualTo("client 50: too bad ... repeated 1234 more times in 10 s");
          assertThat(summary.getLevel()).isEqualTo(Level.WARN);
          assertThat(summary.getLoggerName()).isEqualTo(OURS);
          assertThat(summary.getKeyValuePairs())
              .extracting(pair -> pair.key + "=" + pair.value)
              .containsExactly("repeated=1234", "seconds=10");
        });
    assertThat(repeats.ended()).isEmpty();
    assertThat(allowed(OURS, Level.WARN, "client {}: too bad", 1)).as("a new window").isOne();
  }

  @Test
  void whatDoesNotRepeatNeedsNoSummary() {
    assertThat(allowed(OURS, Level.WARN, "client {}: too bad", Repeats.LIMIT))
        .isEqualTo(Repeats.LIMIT);
    assertThat(repeats.endAll()).isEmpty();
  }

  @Test
  void levelLoggerAndPatternAreToldApart() {
    assertThat(allowed(OURS, Level.WARN, "a {}", 100)).isEqualTo(Repeats.LIMIT);
    assertThat(allowed(OURS, Level.ERROR, "a {}", 1)).isOne();
    assertThat(allowed(OURS, Level.WARN, "b {}", 1)).isOne();
    assertThat(allowed("org.pgdeeplake.proxy.Other", Level.WARN, "a {}", 1)).isOne();
    assertThat(repeats.endAll()).hasSize(1);
  }

  @Test
  void aPatternWithoutWordsIsToldApartByWhatItSays() {
    int allowed = 0;
    for (int i = 0; i < 100; i++) {
      allowed += repeats.allow(event(OURS, Level.ERROR, "{}", "problem of key" + i)) ? 1 : 0;
    }
    assertThat(allowed).isEqualTo(100);
  }

  @Test
  void messagesThatALibraryPutTogetherAreAlikeButForTheirNumbers() {
    int allowed = 0;
    for (int i = 0; i < 100; i++) {
      String message = "[id: 0x1f" + i + "ab, L:/127.0.0.1:5432 - R:/127.0.0.1:" + i + "] failed";
      allowed += repeats.allow(event("io.netty.Any", Level.WARN, message)) ? 1 : 0;
    }
    assertThat(allowed).isEqualTo(Repeats.LIMIT);
  }

  @Test
  void sessionsAndDebugAreNotLimited() {
    assertThat(allowed("session", Level.INFO, "{}:1 [date]", 1000)).isEqualTo(1000);
    assertThat(allowed(OURS, Level.DEBUG, "session {}", 1000)).isEqualTo(1000);
    assertThat(allowed("session.failed", Level.INFO, "{}:1 [date] f/1: x", 1000))
        .isEqualTo(Repeats.LIMIT);
  }

  /** One that has more than 50 problems tells them all. */
  @Test
  void reloadsAreNotLimited() {
    assertThat(allowed("org.pgdeeplake.proxy.Reloads", Level.ERROR, "reload: {}", 1000))
        .isEqualTo(1000);
  }

  @Test
  void numbersThatAClientChoosesMakeNoOtherKind() {
    int allowed = 0;
    for (int i = 0; i < 1000; i++) {
      String pattern = "{}:{} [{}] {}/1: SSL handshake failure (unsupported version " + i + ")";
      allowed +=
          repeats.allow(event("session.failed", Level.INFO, pattern, "::1", 1, "date", "f"))
              ? 1
              : 0;
    }
    assertThat(allowed).isEqualTo(Repeats.LIMIT);
  }

  @Test
  void thousandsOfKindsShareOneInTheEnd() {
    for (int i = 0; i < 3000; i++) {
      assertThat(repeats.allow(event(OURS, Level.INFO, "{}", "kind" + (char) ('a' + i))))
          .isEqualTo(i < 1000 + Repeats.LIMIT);
    }
    assertThat(repeats.endAll()).singleElement().asString().contains("repeated 1950 more times");
  }

  private int allowed(String logger, Level level, String pattern, int times) {
    return (int)
        IntStream.range(0, times)
            .filter(i -> repeats.allow(event(logger, level, pattern, i)))
            .count();
  }

  private void advance(int seconds) {
    nanos += TimeUnit.SECONDS.toNanos(seconds);
  }

  static ILoggingEvent event(String logger, Level level, String pattern, Object... arguments) {
    LoggingEvent event = new LoggingEvent();
    event.setLoggerName(logger);
    event.setLevel(level);
    event.setInstant(Instant.now());
    event.setMessage(pattern);
    event.setArgumentArray(arguments);
    return event;
  }
}
