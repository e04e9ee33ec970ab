package org.pgdeeplake.proxy.console;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.net.ClientKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down who guesses passwords: after {@link #FREE} failures the attempts from the same address
 * stand in a line, from which one goes each {@link #PACE}, whether it knows the password or not;
 * nobody is shut out for good. Any thread.
 */
final class LoginPace {
  static final int FREE = 5;
  static final Duration PACE = Duration.ofSeconds(1);

  /** Without another failure for so long all is forgotten. */
  static final Duration MEMORY = Duration.ofMinutes(1);

  /** What {@link #pause} says to whom the line is too long. */
  static final long TOO_LONG = -1;

  /** The address that failed longest ago is forgotten first. */
  private static final int ADDRESSES = 1000;

  /** For the first of the line to go, who may be woken after the second. */
  private static final long SOON_NANOS = Duration.ofMillis(10).toNanos();

  private static final long LOG_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final Logger log = LoggerFactory.getLogger(LoginPace.class);

  private static final class History {
    /** No more than there may be connections of strangers. */
    final List<Object> line = new ArrayList<>();

    int failures;
    long lastNanos;
    long nextNanos;
  }

  private final Map<String, History> histories = new LinkedHashMap<>();
  private boolean logged;
  private long loggedNanos;
  private int unlogged;

  /**
   * When this attempt may go. One that has to wait stands in line until it asks again and may go,
   * or {@link #leave}s.
   *
   * @param attempt its identity
   * @param patienceNanos how long it could wait
   * @return nanoseconds after which to ask again; 0: it goes now; {@link #TOO_LONG}
   */
  synchronized long pause(Object attempt, InetAddress client, long nowNanos, long patienceNanos) {
    String key = ClientKey.of(client);
    History history = histories.get(key);
    if (history != null && nowNanos - history.lastNanos > MEMORY.toNanos()) {
      histories.remove(key);
      return 0;
    }
    if (history == null || history.failures < FREE) {
      return 0;
    }
    long pause = Math.max(0, history.nextNanos - nowNanos);
    int place = history.line.indexOf(attempt);
    if (place < 0) {
      place = history.line.size();
      if (pause + place * PACE.toNanos() > patienceNanos) {
        return TOO_LONG;
      }
      history.line.add(attempt);
    }
    if (place == 0 && pause == 0) {
      history.line.removeFirst();
      history.nextNanos = nowNanos + PACE.toNanos();
      return 0;
    }
    return Math.max(pause, SOON_NANOS);
  }

  /** It no longer waits; idempotent. */
  synchronized void leave(Object attempt, InetAddress client) {
    @Nullable History history = histories.get(ClientKey.of(client));
    if (history != null) {
      history.line.remove(attempt);
    }
  }

  /** Logs it, unless that was done just now. */
  synchronized void failed(InetAddress client, long nowNanos) {
    String key = ClientKey.of(client);
    History before = histories.remove(key);
    History history = before == null ? new History() : before;
    if (before == null) {
      history.nextNanos = nowNanos;
    }
    history.failures++;
    history.lastNanos = nowNanos;
    histories.put(key, history);
    if (histories.size() > ADDRESSES) {
      histories.remove(histories.keySet().iterator().next());
    }
    if (logged && nowNanos - loggedNanos < LOG_PAUSE_NANOS) {
      unlogged++;
      return;
    }
    log.warn(
        "console: wrong user or password from {}{}",
        client.getHostAddress(),
        unlogged == 0 ? "" : "; " + unlogged + " more since the last such line");
    logged = true;
    loggedNanos = nowNanos;
    unlogged = 0;
  }
}
