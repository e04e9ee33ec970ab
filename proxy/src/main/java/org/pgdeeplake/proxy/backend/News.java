package org.pgdeeplake.proxy.backend;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What has come of a change, to be told when the backend's lock is free again.
 *
 * @param wakes what the starts of the backend have come to
 * @param emptied those who wait for the server that has become empty
 */
record News(List<Grant> grants, Runnable wakes, List<CompletableFuture<Boolean>> emptied) {

  /** A slot for a waiter that has yet to be told. */
  record Grant(Waiter waiter, Lease lease) {
    void deliver() {
      waiter.assigned(lease);
    }
  }

  void tell() {
    grants.forEach(Grant::deliver);
    wakes.run();
    emptied.forEach(empty -> empty.complete(true));
  }
}
