package org.pgdeeplake.proxy.admin;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.net.Places;

/**
 * Who gets a connection. Nobody needs a password for one, so an address has only a part of them.
 * Who finds them taken gets a brief one as long as there are any: it is for one answer, of {@code
 * /health} or {@code /metrics}, so that a flood of connections does not have the proxy restarted.
 * The brief ones of this machine are apart: no other one can take them. Any thread.
 */
final class Entrance {
  /**
   * @param leave to be called once, when the connection has ended
   */
  record Ticket(boolean brief, Runnable leave) {}

  private final Places whole;
  private final Places brief;
  private final Places briefOfLoopback;

  Entrance(Limits limits) {
    this.whole = new Places(limits.connections());
    this.brief = new Places(limits.brief());
    this.briefOfLoopback = new Places(limits.brief());
  }

  /** Null where there is no place left. */
  @Nullable Ticket take(InetAddress client) {
    if (whole.take(client)) {
      return new Ticket(false, () -> whole.leave(client));
    }
    Places last = client.isLoopbackAddress() ? briefOfLoopback : brief;
    return last.take(client) ? new Ticket(true, () -> last.leave(client)) : null;
  }
}
