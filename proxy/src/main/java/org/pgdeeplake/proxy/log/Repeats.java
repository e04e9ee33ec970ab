package org.pgdeeplake.proxy.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Lets the first {@link #LIMIT} of what is alike through and sums up the rest every {@link
 * #WINDOW_SECONDS}, so that no client can fill a disk. Alike is what has the same logger, level and
 * message pattern but for its numbers. Lines of sessions and of DEBUG are let through, whoever asks
 * for them wants all; and those of reloads, as nobody but an operator makes them. Any thread.
 */
final class Repeats {
  /** Above what all servers of a deployment say when they go down at once. */
  static final int LIMIT = 50;

  static final int WINDOW_SECONDS = 10;

  /** Kinds that are told apart at once; more share one. */
  private static final int MAX_KINDS = 1000;

  private static final Pattern NUMBERS = Pattern.compile("0x[0-9a-f]+|[0-9]+");

  private static final String RELOADS = "org.pgdeeplake.proxy.Reloads";

  private record Kind(String logger, Level level, String pattern) {}

  private static final class Window {
    private final long beginNanos;
    private int events;

    /** The first that was held back. */
    private @Nullable ILoggingEvent example;

    private Window(long beginNanos) {
      this.beginNanos = beginNanos;
    }
  }

  private final LongSupplier nanoTime;
  private final Map<Kind, Window> windows = new ConcurrentHashMap<>();

  Repeats(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Whether the event is to be written; otherwise it is counted. */
  boolean allow(ILoggingEvent event) {
    if (SessionLines.isSession(event)
        || event.getLoggerName().equals(RELOADS)
        || !event.getLevel().isGreaterOrEqual(Level.INFO)) {
      return true;
    }
    Kind kind = kind(event);
    if (windows.size() >= MAX_KINDS && !windows.containsKey(kind)) {
      kind = new Kind("", event.getLevel(), "");
    }
    boolean[] allowed = new boolean[1];
    windows.compute(
        kind,
        (_, known) -> {
          Window window = known == null ? new Window(nanoTime.getAsLong()) : known;
          allowed[0] = ++window.events <= LIMIT;
          if (!allowed[0] && window.example == null) {
            var _ = event.getFormattedMessage();
            window.example = event;
          }
          return window;
        });
    return allowed[0];
  }

  /** What sums up the windows that have ended. */
  List<ILoggingEvent> ended() {
    return end(TimeUnit.SECONDS.toNanos(WINDOW_SECONDS));
  }

  /** What sums up all windows, which end. */
  List<ILoggingEvent> endAll() {
    return end(0);
  }

  private List<ILoggingEvent> end(long minNanos) {
    List<ILoggingEvent> summaries = new ArrayList<>();
    long now = nanoTime.getAsLong();
    for (Kind kind : windows.keySet()) {
      windows.computeIfPresent(
          kind,
          (_, window) -> {
            if (now - window.beginNanos < minNanos) {
              return window;
            }
            if (window.example != null) {
              summaries.add(
                  summary(window.example, window.events - LIMIT, now - window.beginNanos));
            }
            return null;
          });
    }
    return summaries;
  }

  private static ILoggingEvent summary(ILoggingEvent example, int times, long nanos) {
    long seconds = Math.max(1, Math.round((double) nanos / TimeUnit.SECONDS.toNanos(1)));
    LoggingEvent summary = new LoggingEvent();
    summary.setLoggerName(example.getLoggerName());
    summary.setLevel(example.getLevel());
    summary.setInstant(Instant.now());
    summary.setMessage(
        example.getFormattedMessage()
            + " ... repeated "
            + times
            + " more times in "
            + seconds
            + " s");
    summary.addKeyValuePair(new KeyValuePair("repeated", times));
    summary.addKeyValuePair(new KeyValuePair("seconds", seconds));
    return summary;
  }

  /**
   * Messages that are put together before they come here differ in numbers, such as a channel's id
   * or what a client has sent. A pattern without a word of its own is told apart by what it says.
   */
  private static Kind kind(ILoggingEvent event) {
    String pattern = String.valueOf(event.getMessage());
    Object[] arguments = event.getArgumentArray();
    if (arguments != null
        && arguments.length > 0
        && pattern.chars().noneMatch(Character::isLetter)) {
      pattern = event.getFormattedMessage();
    } else {
      pattern = NUMBERS.matcher(pattern).replaceAll("#");
    }
    return new Kind(event.getLoggerName(), event.getLevel(), pattern);
  }
}
