package org.pgdeeplake.proxy.console;

import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down who guesses passwords: after {@link #FREE} failures each attempt from the same address
 * waits for its turn, one each {@link #PACE}, whether it knows the password or not; nobody is shut
 * out for good. Any thread.
 */
final class LoginPace {
  static final int FREE = 5;
  static final Duration PACE = Duration.ofSeconds(1);

  /** Without another failure for so long all is forgotten. */
  static final Duration MEMORY = Duration.ofMinutes(1);

  /** The address that failed longest ago is forgotten first. */
  private static final int ADDRESSES = 1000;

  private static final long LOG_PAUSE_NANOS = Duration.ofSeconds(10).toNanos();
  private static final Logger log = LoggerFactory.getLogger(LoginPace.class);

  private static final class History {
    int failures;
    long lastNanos;
    long nextNanos;
  }

  private final Map<InetAddress, History> histories = new LinkedHashMap<>();
  private boolean logged;
  private long loggedNanos;
  private int unlogged;

  /** Takes a turn for one attempt; how long it must wait, in nanoseconds. */
  synchronized long turn(InetAddress client, long nowNanos) {
    History history = histories.get(client);
    if (history == null) {
      return 0;
    }
    if (nowNanos - history.lastNanos > MEMORY.toNanos()) {
      histories.remove(client);
      return 0;
    }
    if (history.failures < FREE) {
      return 0;
    }
    long at = history.nextNanos - nowNanos > 0 ? history.nextNanos : nowNanos;
    history.nextNanos = at + PACE.toNanos();
    return at - nowNanos;
  }

  /** Logs it, unless that was done just now. */
  synchronized void failed(InetAddress client, long nowNanos) {
    History before = histories.remove(client);
    History history = before == null ? new History() : before;
    if (before == null) {
      history.nextNanos = nowNanos;
    }
    history.failures++;
    history.lastNanos = nowNanos;
    histories.put(client, history);
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
