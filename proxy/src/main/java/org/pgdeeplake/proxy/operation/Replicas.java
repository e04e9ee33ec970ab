package org.pgdeeplake.proxy.operation;

import java.util.concurrent.CompletableFuture;
import org.pgdeeplake.proxy.backend.AdministrativeState;

/** The other proxies in front of the same servers. Any thread; nothing here blocks. */
public interface Replicas {
  Replicas NONE =
      new Replicas() {
        @Override
        public void administered(
            Topology.Place place, AdministrativeState wanted, boolean untilDown) {}

        @Override
        public CompletableFuture<Boolean> awaitEmpty(Topology.Place place) {
          return CompletableFuture.completedFuture(true);
        }

        @Override
        public int sessions(Topology.Place place) {
          return 0;
        }
      };

  /**
   * An operator wants that of a server, here and everywhere.
   *
   * @param untilDown a drain that ends when the server is empty and down
   */
  void administered(Topology.Place place, AdministrativeState wanted, boolean untilDown);

  /**
   * Completes with true when every other replica knows what is wanted of the server and has no
   * session with it. Who no longer cares completes or cancels it.
   */
  CompletableFuture<Boolean> awaitEmpty(Topology.Place place);

  /** Sessions of that server on the other replicas, by their last words. */
  int sessions(Topology.Place place);
}
