package org.pgdeeplake.proxy.session;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
  private volatile boolean draining;
  private final AtomicInteger live = new AtomicInteger();

  void opened(Session session) {
    open.add(session);
    live.incrementAndGet();
  }

  /**
   * Takes a place for one session of this client.
   *
   * @param limit 0 is no limit
   */
  boolean admit(InetAddress client, int limit) {
    int sessions = perClient.merge(client, 1, Integer::sum);
    if (limit > 0 && sessions > limit) {
      discharge(client);
      return false;
    }
    return true;
  }

  void discharge(InetAddress client) {
    perClient.computeIfPresent(client, (address, n) -> n == 1 ? null : n - 1);
  }

  /** Of all clients together. */
  int placesTaken() {
    return perClient.values().stream().mapToInt(n -> n).sum();
  }

  /** Whether nobody is to be served any more who is not yet. */
  boolean draining() {
    return draining;
  }

  /** The session has ended; its socket may still have bytes to deliver. */
  void ended(Session session) {
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

  /** Every live session, in order of arrival: each is looked at on its own event loop. */
  public CompletableFuture<List<SessionSnapshot>> snapshots() {
    return CompletableFuture.completedFuture(List.of());
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

  /** Ends what is not yet served: waiters hear 57P03, served sessions go on. */
  public void refuseWaiters() {
    // A session that is opened from now on sees this; one that was opened before is in the set.
    draining = true;
    open.forEach(Session::refuseUnlessServed);
  }

  /** Ends all. */
  public void stopAll() {
    open.forEach(session -> session.stop(CloseReason.SHUTDOWN));
  }
}
