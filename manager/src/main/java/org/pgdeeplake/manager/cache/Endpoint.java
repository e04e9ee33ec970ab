package org.pgdeeplake.manager.cache;

/** Where a Redis server listens. */
record Endpoint(String host, int port) {
  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
