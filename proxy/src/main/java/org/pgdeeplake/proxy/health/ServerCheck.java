package org.pgdeeplake.proxy.health;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.AdministrativeState;
import org.pgdeeplake.proxy.backend.Backend;
import org.pgdeeplake.proxy.backend.CheckResult;
import org.pgdeeplake.proxy.backend.Server;
import org.pgdeeplake.proxy.config.CheckConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When one server is checked: every {@code inter}; every {@code fastinter} while its state is
 * changing, or while it is down and somebody waits. Never two checks at once, and never two within
 * {@code fastinter}, whoever asks; none while the server is in maintenance. Confined to its event
 * loop but for {@link #soon} and {@link #close}.
 */
final class ServerCheck {
  private static final Logger log = LoggerFactory.getLogger(ServerCheck.class);

  private final Backend backend;
  private final Server server;
  private final CheckConnection connection;
  private final EventLoop loop;
  private final CheckConfig config;

  private @Nullable ScheduledFuture<?> next;
  private boolean running;
  private boolean wantedAgain;
  private boolean closed;

  /** Whether the last check could not be made, of which the log has one line. */
  private boolean unable;

  private long lastEndNanos;

  ServerCheck(Backend backend, Server server, CheckConnection connection, EventLoop loop) {
    this.backend = backend;
    this.server = server;
    this.connection = connection;
    this.loop = loop;
    this.config = backend.config().check();
    this.lastEndNanos = System.nanoTime() - config.fastinter().toNanos();
  }

  /** Asks for a check as soon as one may be made. Any thread. */
  void soon() {
    execute(this::bringForward);
  }

  void close() {
    execute(() -> {
      closed = true;
      cancelNext();
      connection.abort();
    });
  }

  private void execute(Runnable task) {
    try {
      loop.execute(task);
    } catch (RejectedExecutionException e) {
      // The loops are gone, and with them everything that could be checked for.
      closed = true;
    }
  }

  private void bringForward() {
    if (running) {
      wantedAgain = true;
    } else {
      schedule(lastEndNanos + config.fastinter().toNanos() - System.nanoTime());
    }
  }

  private void schedule(long delayNanos) {
    if (closed) {
      return;
    }
    cancelNext();
    next = loop.schedule(this::run, Math.max(0, delayNanos), TimeUnit.NANOSECONDS);
  }

  private void cancelNext() {
    if (next != null) {
      next.cancel(false);
      next = null;
    }
  }

  private void run() {
    // First: what is asked before maintenance and answered after it is of another era.
    int era = server.era();
    if (server.administrative() == AdministrativeState.MAINT) {
      // Whoever ends that asks for a check.
      return;
    }
    running = true;
    wantedAgain = false;
    connection.check(awaited(), result -> finished(result, era), this::unable);
  }

  private void finished(CheckResult result, int era) {
    if (!ended()) {
      return;
    }
    unable = false;
    // A check may begin between a server's move and its own end: it knows the old address only.
    if (server.address().equals(connection.address())) {
      backend.findings().checked(server, result, era);
    }
    scheduleNext();
  }

  /** What the proxy lacks is no reason to take a server for dead: what was found of it stands. */
  private void unable(String reason) {
    if (!ended()) {
      return;
    }
    if (!unable) {
      unable = true;
      log.warn(
          "Server {}/{} cannot be checked ({}): what was found of it stands",
          backend.name(),
          server.name(),
          reason);
    }
    scheduleNext();
  }

  /** Returns whether there is to be another one. */
  private boolean ended() {
    running = false;
    lastEndNanos = System.nanoTime();
    return !closed;
  }

  private void scheduleNext() {
    boolean fast = wantedAgain || server.unsettled() || awaited();
    schedule((fast ? config.fastinter() : config.inter()).toNanos());
  }

  /** Whether somebody waits for what a check of this server may bring. */
  private boolean awaited() {
    return server.blocked() && backend.queued() > 0;
  }
}
