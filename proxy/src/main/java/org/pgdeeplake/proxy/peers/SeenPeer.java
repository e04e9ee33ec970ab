package org.pgdeeplake.proxy.peers;

import java.net.InetSocketAddress;

/** Another replica, as operators see it. */
public record SeenPeer(
    String instance,
    String name,
    InetSocketAddress address,
    boolean up,
    double ageSeconds,
    int demand,
    int sessions) {

  static SeenPeer of(Member member, long nowNanos) {
    PeerState last = member.last();
    return new SeenPeer(
        last.id(),
        last.name(),
        member.at(),
        member.up(),
        member.ageSeconds(nowNanos),
        last.loads().values().stream().mapToInt(load -> load.demand()).sum(),
        last.sessions().values().stream().mapToInt(count -> count).sum());
  }
}
