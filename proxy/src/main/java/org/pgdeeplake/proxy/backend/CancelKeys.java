package org.pgdeeplake.proxy.backend;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.CancelKey;

/** Which session was given which cancel key, for those that are open. Any thread. */
public final class CancelKeys {
  private static final int MAX_BROADCASTS = 16;

  private final Semaphore broadcasts = new Semaphore(MAX_BROADCASTS);
  private volatile Function<CancelKey, CompletableFuture<Boolean>> elsewhere =
      key -> CompletableFuture.completedFuture(false);
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
   * @param cancel asks the other replicas to cancel what belongs to a key; completes with whether
   *     one knew it, within a limit
   */
  public void elsewhere(Function<CancelKey, CompletableFuture<Boolean>> cancel) {
    elsewhere = cancel;
  }

  /** Whether another replica knew the key and has cancelled; on any thread. */
  public CompletableFuture<Boolean> cancelElsewhere(CancelKey key) {
    return elsewhere.apply(key);
  }

  /**
   * Whether one more cancel request with an unknown key may go to every replica and every server
   * now: each costs each server a process, and anybody can send one. To be followed by {@link
   * #broadcastDone}.
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
