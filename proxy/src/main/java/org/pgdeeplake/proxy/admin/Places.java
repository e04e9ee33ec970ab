package org.pgdeeplake.proxy.admin;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.pgdeeplake.proxy.net.ClientKey;

/** So many at once, and so many of them of one owner. Any thread. */
final class Places {
  /**
   * @param ofOne of one owner
   */
  record Size(int all, int ofOne) {}

  private final Size size;
  private final Map<String, Integer> taken = new HashMap<>();
  private int all;

  Places(Size size) {
    this.size = size;
  }

  /** Who counts as one: an IPv4 address; of IPv6 a /64, since a client has all of that. */
  static String owner(InetAddress client) {
    return ClientKey.of(client);
  }

  /** Whether there was one; who got it calls {@link #leave} once. */
  synchronized boolean take(String owner) {
    int own = taken.getOrDefault(owner, 0);
    if (all >= size.all() || own >= size.ofOne()) {
      return false;
    }
    taken.put(owner, own + 1);
    all++;
    return true;
  }

  synchronized void leave(String owner) {
    taken.computeIfPresent(owner, (key, own) -> own == 1 ? null : own - 1);
    all--;
  }
}
