package org.pgdeeplake.proxy.backend;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.CancelKey;

/** Which session was given which cancel key, for those that are open. Any thread. */
public final class CancelKeys {
  private static final int MAX_BROADCASTS = 16;

  private final Semaphore broadcasts = new Semaphore(MAX_BROADCASTS);
  private final Map<CancelKey, Lease> leases = new ConcurrentHashMap<>();

  /**
   * @param lease of the server that issued the key
   */
  public void put(CancelKey key, Lease lease) {
    leases.put(key, lease);
  }

  /** Forgets {@code key} if it still is this session's. */
  public void remove(CancelKey key, Lease lease) {
    leases.remove(key, lease);
  }

  public @Nullable Lease lease(CancelKey key) {
    return leases.get(key);
  }

  /**
   * Whether one more cancel request with an unknown key may go to every server now: each costs each
   * server a process, and anybody can send one. To be followed by {@link #broadcastDone}.
   */
  public boolean beginBroadcast() {
    return broadcasts.tryAcquire();
  }

  public void broadcastDone() {
    broadcasts.release();
  }

  public int size() {
    return leases.size();
  }
}
