package org.pgdeeplake.proxy.net;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/** So many at once, and so many of them of one client ({@link ClientKey}). Any thread. */
public final class Places {
  /**
   * @param ofOne of one client
   */
  public record Size(int all, int ofOne) {}

  private final Size size;
  private final Map<String, Integer> byClient = new HashMap<>();
  private int taken;

  public Places(Size size) {
    this.size = size;
  }

  /** Whether there was one; who got it calls {@link #leave} once. */
  public synchronized boolean take(InetAddress client) {
    String key = ClientKey.of(client);
    int own = byClient.getOrDefault(key, 0);
    if (taken >= size.all() || own >= size.ofOne()) {
      return false;
    }
    byClient.put(key, own + 1);
    taken++;
    return true;
  }

  public synchronized void leave(InetAddress client) {
    byClient.computeIfPresent(ClientKey.of(client), (key, own) -> own == 1 ? null : own - 1);
    taken--;
  }

  public synchronized int taken() {
    return taken;
  }
}
