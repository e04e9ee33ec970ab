package org.pgdeeplake.proxy.backend;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.postgres.CancelKey;

/** Which server issued which cancel key, for the sessions that are open. Any thread. */
public final class CancelKeys {
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

  public int size() {
    return servers.size();
  }
}
