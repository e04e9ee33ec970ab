package org.pgdeeplake.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;

/**
 * What the configuration no longer has and sessions may still use: it ends when none can any more.
 * Any thread.
 */
final class Retirement implements AutoCloseable {
  private static final long LOOK_SECONDS = 1;

  private final ScheduledExecutorService timer;

  @GuardedBy("this")
  private final List<Leaving> leaving = new ArrayList<>();

  @GuardedBy("this")
  private boolean looking;

  @GuardedBy("this")
  private boolean closed;

  private record Leaving(long notBeforeNanos, BooleanSupplier unused, Runnable end) {}

  /**
   * @param timer on which things end; what is added must not block
   */
  Retirement(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  /**
   * @param last configuration that had it
   * @param unused whether no session uses it now
   */
  synchronized void add(ProxyConfig last, BooleanSupplier unused, Runnable end) {
    leaving.add(new Leaving(System.nanoTime() + grace(last).toNanos(), unused, end));
    lookAgain();
  }

  @GuardedBy("this")
  private void lookAgain() {
    if (!looking && !closed && !leaving.isEmpty()) {
      looking = true;
      var _ = timer.schedule(this::look, LOOK_SECONDS, TimeUnit.SECONDS);
    }
  }

  private synchronized void look() {
    looking = false;
    long now = System.nanoTime();
    leaving.removeIf(one -> {
      boolean over = one.notBeforeNanos() - now <= 0 && one.unused().getAsBoolean();
      if (over) {
        one.end().run();
      }
      return over;
    });
    lookAgain();
  }

  /**
   * For sessions that know it and do not use it yet: the longest from a client's connection, or a
   * connection to a server, to what comes of it.
   */
  private static Duration grace(ProxyConfig config) {
    Stream<Duration> clients =
        config.frontends().stream()
            .map(FrontendConfig::timeouts)
            .map(limits -> limits.startup().multipliedBy(2).plus(limits.tlsHandshake()));
    Stream<Duration> servers =
        config.backends().stream().map(backend -> backend.timeouts().connect());
    return Stream.concat(clients, servers)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO)
        .plusSeconds(1);
  }

  /** Ends everything now. */
  @Override
  public synchronized void close() {
    closed = true;
    leaving.forEach(one -> one.end().run());
    leaving.clear();
  }
}
