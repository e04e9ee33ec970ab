package org.pgdeeplake.proxy.scaler;

import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.pgdeeplake.proxy.net.Places;

/** So many at once, and so many of one client: nobody needs a password to connect. */
final class Connections {
  static final int MOST = 128;
  static final int MOST_OF_ONE = 32;

  private final Places places = new Places(new Places.Size(MOST, MOST_OF_ONE));

  int open() {
    return places.taken();
  }

  /** Whether there was a place for it; it is free again when the connection is closed. */
  boolean take(Channel connection) {
    if (!(connection.remoteAddress() instanceof InetSocketAddress address)) {
      return false;
    }
    InetAddress client = address.getAddress();
    if (!places.take(client)) {
      return false;
    }
    var _ = connection.closeFuture().addListener(closed -> places.leave(client));
    return true;
  }
}
