package org.pgdeeplake.proxy.peers;

import java.net.InetSocketAddress;

/**
 * Another replica.
 *
 * @param last what it said
 * @param at where it is heard, or was
 * @param heardNanos when it said that, by {@link System#nanoTime}
 * @param up whether it is heard now
 */
record Member(PeerState last, InetSocketAddress at, long heardNanos, boolean up) {
  private static final double NANOS_PER_SECOND = 1e9;

  Member silent() {
    return new Member(last, at, heardNanos, false);
  }

  double ageSeconds(long nowNanos) {
    return Math.max(0, (nowNanos - heardNanos) / NANOS_PER_SECOND);
  }

  @Override
  public String toString() {
    return last.name() + " (" + last.id() + ", " + at.getHostString() + ":" + at.getPort() + ")";
  }
}
