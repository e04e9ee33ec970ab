package org.pgdeeplake.proxy.backend;

/** Who wants a server. Its methods are called from any thread and must not block. */
public interface Waiter {
  /** A slot is yours; give it back if you no longer want it. */
  void assigned(Lease lease);

  /** The server behind your lease was marked down and its sessions are to be closed. */
  void serverDown(Lease lease);

  /**
   * The server behind your lease goes into maintenance: leave it. May come before {@link #assigned}
   * of the same lease, which says so then, too.
   */
  default void evicted(Lease lease) {
    lease.close();
  }
}
