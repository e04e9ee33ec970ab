package org.pgdeeplake.manager.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.postgresql.PGConnection;

/** That somebody wants the ingest to end: what servers do for it is canceled. Any thread. */
final class IngestStop {
  /** A request to cancel can come before the statement does. */
  private static final Duration CANCEL_AGAIN = Duration.ofMillis(500);

  private final Object lock = new Object();
  private final Set<Thread> opening = new HashSet<>();
  private final Set<Connection> open = new HashSet<>();
  private volatile boolean requested;

  /** Does not block. */
  void request() {
    synchronized (lock) {
      if (requested) {
        return;
      }
      requested = true;
      opening.forEach(Thread::interrupt);
    }
    Thread.startVirtualThread(this::cancelAll);
  }

  boolean requested() {
    return requested;
  }

  /**
   * @throws CancellationException after {@link #request}
   */
  void check() {
    if (requested) {
      throw new CancellationException("The ingest was stopped");
    }
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
          if (requested) {
            // It was for the opening only.
            Thread.interrupted();
          }
        }
      }
    };
  }

  private void cancelAll() {
    try {
      while (true) {
        Set<Connection> left;
        boolean none;
        synchronized (lock) {
          left = Set.copyOf(open);
          none = opening.isEmpty();
        }
        for (Connection connection : left) {
          none &= connection.isClosed() || !canceled(connection);
        }
        if (none) {
          return;
        }
        Thread.sleep(CANCEL_AGAIN);
      }
    } catch (SQLException | InterruptedException _) {
      // The sessions end with the process.
    }
  }

  private static boolean canceled(Connection connection) {
    try {
      connection.unwrap(PGConnection.class).cancelQuery();
      return true;
    } catch (SQLException _) {
      return false;
    }
  }
}
