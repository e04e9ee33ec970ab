package org.pgdeeplake.proxy;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.config.ProxyConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the configuration no longer has and sessions may still use: it ends when none has used it
 * for a while. Any thread.
 */
final class Retirement implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Retirement.class);
  private static final long LOOK_SECONDS = 1;

  private final ScheduledExecutorService timer;

  @GuardedBy("this")
  private final List<Leaving> leaving = new ArrayList<>();

  @GuardedBy("this")
  private boolean looking;

  @GuardedBy("this")
  private boolean closed;

  /** Confined to the timer, but for its making. */
  private static final class Leaving {
    private final long graceNanos;
    private final BooleanSupplier unused;
    private final Runnable end;
    private long lastUsedNanos = System.nanoTime();

    Leaving(long graceNanos, BooleanSupplier unused, Runnable end) {
      this.graceNanos = graceNanos;
      this.unused = unused;
      this.end = end;
    }

    /** A session that uses it may be in no count for an instant: one look is not enough. */
    boolean over() {
      long now = System.nanoTime();
      if (!unused.getAsBoolean()) {
        lastUsedNanos = now;
      }
      return now - lastUsedNanos >= graceNanos;
    }
  }

  /**
   * @param timer of one thread, on which things end; not an event loop: that may block
   */
  Retirement(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  /**
   * @param last configuration that had it
   * @param unused whether no session uses it now
   * @param end once; may block
   */
  synchronized void add(ProxyConfig last, BooleanSupplier unused, Runnable end) {
    leaving.add(new Leaving(grace(last).toNanos(), unused, end));
    lookAgain();
  }

  @GuardedBy("this")
  private void lookAgain() {
    if (!looking && !closed && !leaving.isEmpty()) {
      looking = true;
      try {
        var _ = timer.schedule(this::look, LOOK_SECONDS, TimeUnit.SECONDS);
      } catch (RejectedExecutionException _) {
        // The end of the process: close follows.
      }
    }
  }

  private void look() {
    for (Leaving one : snapshot()) {
      guarded(() -> {
        if (one.over() && take(one)) {
          one.end.run();
        }
      });
    }
    synchronized (this) {
      looking = false;
      lookAgain();
    }
  }

  private synchronized List<Leaving> snapshot() {
    return List.copyOf(leaving);
  }

  private synchronized boolean take(Leaving one) {
    return leaving.remove(one);
  }

  /** Whatever happens to one keeps nobody from the others, nor from the next time. */
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      log.error("internal error where the rest of an earlier configuration ends", e);
    }
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
  public void close() {
    List<Leaving> rest;
    synchronized (this) {
      closed = true;
      rest = List.copyOf(leaving);
      leaving.clear();
    }
    rest.forEach(one -> guarded(one.end));
  }
}
