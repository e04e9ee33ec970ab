package org.pgdeeplake.manager.ddl;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** That somebody wants it to end, as with Ctrl-C. Any thread. */
public final class DdlStop {
  private final CompletableFuture<Void> requested = new CompletableFuture<>();

  /** Does not block. */
  public void request() {
    requested.complete(null);
  }

  boolean requested() {
    return requested.isDone();
  }

  /** Runs the action once, on a thread of its own. */
  void onRequest(Runnable action) {
    var _ = requested.thenRunAsync(action, Thread::startVirtualThread);
  }

  /** Whether it was requested within the time. */
  boolean await(Duration time) throws InterruptedException {
    try {
      requested.get(Math.max(0, time.toNanos()), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
