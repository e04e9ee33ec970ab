package org.pgdeeplake.proxy.peers;

import org.pgdeeplake.proxy.operation.Topology;

/** A server as all replicas know it. */
record ServerName(String backend, String server) {
  static ServerName of(Topology.Place place) {
    return new ServerName(place.backend().name(), place.server().name());
  }
}
