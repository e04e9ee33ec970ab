package org.pgdeeplake.proxy.backend;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.CancelKey;

/** Which server issued which cancel key, for the sessions that are open. Any thread. */
public final class CancelKeys {
  private static final int MAX_BROADCASTS = 16;

  private final Semaphore broadcasts = new Semaphore(MAX_BROADCASTS);
  private final Map<CancelKey, Server> servers = new ConcurrentHashMap<>();

  public void put(CancelKey key, Server server) {
    servers.put(key, server);
  }

  /** Forgets {@code key} if it still is {@code server}'s. */
  public void remove(CancelKey key, Server server) {
    servers.remove(key, server);
  }

  public @Nullable Server server(CancelKey key) {
    return servers.get(key);
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
    return servers.size();
  }
}
