package org.pgdeeplake.manager.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/** That somebody wants the ingest to end: what servers do for it is canceled. Any thread. */
final class IngestStop {
  /** A request to cancel can come before the statement does. */
  private static final Duration CANCEL_AGAIN = Duration.ofMillis(500);

  private final Object lock = new Object();
  private final Set<Thread> opening = new HashSet<>();
  private final Set<Connection> open = new HashSet<>();
  private final CountDownLatch requested = new CountDownLatch(1);

  /** Does not block. */
  void request() {
    synchronized (lock) {
      if (requested()) {
        return;
      }
      requested.countDown();
      opening.forEach(Thread::interrupt);
    }
    Thread.startVirtualThread(this::cancelAll);
  }

  boolean requested() {
    return requested.getCount() == 0;
  }

  /**
   * @throws CancellationException after {@link #request}
   */
  void check() {
    if (requested()) {
      throw new CancellationException("The ingest was stopped");
    }
  }

  /**
   * Blocks for so long.
   *
   * @throws CancellationException at {@link #request}, or after it
   */
  void pause(Duration duration) throws InterruptedException {
    var _ = requested.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    check();
  }

  /** The same sessions, but their opening and their statements end with {@link #request}. */
  Connections ending(Connections connections) {
    return () -> {
      synchronized (lock) {
        check();
        opening.add(Thread.currentThread());
      }
      try {
        Connection connection = connections.open();
        synchronized (lock) {
          for (Connection each : Set.copyOf(open)) {
            if (each.isClosed()) {
              open.remove(each);
            }
          }
          open.add(connection);
        }
        return connection;
      } finally {
        synchronized (lock) {
          opening.remove(Thread.currentThread());
          if (requested()) {
            // It was for the opening only.
            Thread.interrupted();
          }
        }
      }
    };
  }

  private void cancelAll() {
    Set<Connection> left;
    boolean none;
    synchronized (lock) {
      left = Set.copyOf(open);
      none = opening.isEmpty();
    }
    for (Connection connection : left) {
      none &= !canceled(connection);
    }
    if (!none) {
      CompletableFuture.delayedExecutor(
              CANCEL_AGAIN.toMillis(), TimeUnit.MILLISECONDS, Thread::startVirtualThread)
          .execute(this::cancelAll);
    }
  }

  private static boolean canceled(Connection connection) {
    try {
      if (connection.isClosed()) {
        return false;
      }
      connection.unwrap(PGConnection.class).cancelQuery();
      return true;
    } catch (SQLException _) {
      return false;
    }
  }
}
