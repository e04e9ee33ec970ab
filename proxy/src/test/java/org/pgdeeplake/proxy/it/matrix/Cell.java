package org.pgdeeplake.proxy.it.matrix;

/**
 * One place of the matrix.
 *
 * @param serverTls whether the server has {@code ssl = on}
 */
record Cell(Client client, ProxyMode mode, boolean serverTls, ServerState state) {
  /** What the client meets. */
  enum ServerState {
    UP,
    /** Stopped, and started as soon as the proxy shows that somebody waits. */
    STARTING,
    /** Stopped, and not started within the queue timeout. */
    NONE
  }
}
