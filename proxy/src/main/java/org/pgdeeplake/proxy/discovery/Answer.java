package org.pgdeeplake.proxy.discovery;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;

/** What one lookup of a name has come to. */
sealed interface Answer {
  /**
   * @param addresses at least one; the preferred family first, as the servers gave them
   * @param ttl of the record that lives shortest
   * @param whole whether both families were answered; if not, what was known of the other one stays
   */
  record Found(List<InetAddress> addresses, Duration ttl, boolean whole) implements Answer {}

  /** There is no such name, or it has no address. */
  record None() implements Answer {}

  /** Nobody has said. */
  record Silence(String reason) implements Answer {}
}
