package org.pgdeeplake.proxy.traffic;

import java.util.concurrent.atomic.LongAdder;

/** What the two sides of the sessions that have a server are at now. Any thread. */
public final class RelayedSides {
  private final LongAdder pausedClients = new LongAdder();
  private final LongAdder pausedServers = new LongAdder();
  private final LongAdder halfClosed = new LongAdder();

  /** Clients that are not read because their server takes less than they give. */
  public LongAdder pausedClients() {
    return pausedClients;
  }

  /** Servers that are not read because their client takes less than they give. */
  public LongAdder pausedServers() {
    return pausedServers;
  }

  /** Sessions whose client has said its last and whose server has not. */
  public LongAdder halfClosed() {
    return halfClosed;
  }
}
