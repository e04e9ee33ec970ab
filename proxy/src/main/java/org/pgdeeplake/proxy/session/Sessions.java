package org.pgdeeplake.proxy.session;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The sessions of the process. A session is live until it ends, and open until its client's socket
 * is closed, which may take a little longer. Any thread.
 */
public final class Sessions {
  /** How long a session that was told to end may take to deliver its last words. */
  public static final Duration FAREWELL = Duration.ofSeconds(3);

  private final Set<Session> open = ConcurrentHashMap.newKeySet();
  private final Map<InetAddress, Integer> perClient = new ConcurrentHashMap<>();
  private final AtomicInteger live = new AtomicInteger();

  void opened(Session session) {
    open.add(session);
    perClient.merge(session.clientAddress(), 1, Integer::sum);
    live.incrementAndGet();
  }

  /** The session has ended; its socket may still have bytes to deliver. */
  void ended(Session session) {
    perClient.computeIfPresent(session.clientAddress(), (client, n) -> n == 1 ? null : n - 1);
    live.decrementAndGet();
  }

  void closed(Session session) {
    open.remove(session);
    synchronized (open) {
      open.notifyAll();
    }
  }

  /** A view of the open sessions. */
  Set<Session> all() {
    return Collections.unmodifiableSet(open);
  }

  /** Sessions that have not ended. */
  public int live() {
    return live.get();
  }

  /** Sessions whose client's socket is open. */
  public int open() {
    return open.size();
  }

  /**
   * Blocks until no session is open; not for an event loop.
   *
   * @return whether that came true within {@code limit}
   */
  public boolean awaitNoneOpen(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    synchronized (open) {
      while (!open.isEmpty()) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        open.wait(left);
      }
    }
    return true;
  }

  int of(InetAddress client) {
    return perClient.getOrDefault(client, 0);
  }

  /** Ends what is not yet served: waiters hear 57P03, served sessions go on. */
  public void refuseWaiters() {
    open.forEach(Session::refuseUnlessServed);
  }

  /** Ends all. */
  public void stopAll() {
    open.forEach(session -> session.stop(CloseReason.SHUTDOWN));
  }
}
