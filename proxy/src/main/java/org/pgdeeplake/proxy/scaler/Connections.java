package org.pgdeeplake.proxy.scaler;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * So many connections at once, and so many of one address: nobody needs a password to connect.
 * Confined to the scaler's loop, but for the number.
 */
final class Connections {
  static final int MOST = 128;
  static final int MOST_OF_ONE = 32;

  private final Map<InetAddress, Integer> byAddress = new HashMap<>();
  private final AtomicInteger open = new AtomicInteger();

  int open() {
    return open.get();
  }

  /** Whether there was a place for it; it is free again when the connection is closed. */
  boolean take(Channel connection) {
    if (!(connection.remoteAddress() instanceof InetSocketAddress client)) {
      return false;
    }
    InetAddress address = client.getAddress();
    if (open.get() >= MOST || byAddress.getOrDefault(address, 0) >= MOST_OF_ONE) {
      return false;
    }
    open.incrementAndGet();
    byAddress.merge(address, 1, Integer::sum);
    var _ = connection.closeFuture().addListener(closed -> leave(address));
    return true;
  }

  private void leave(InetAddress address) {
    open.decrementAndGet();
    byAddress.computeIfPresent(address, (key, own) -> own == 1 ? null : own - 1);
  }
}
