package org.pgdeeplake.proxy.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What has come of a change of a backend's facts: gathered with the lock of its {@link Ledger} held
 * and told, in the order of the methods here, when that is free again.
 */
final class News {
  private final List<Runnable> lines = new ArrayList<>(0);
  private List<Grant> grants = List.of();
  private Runnable wakes = () -> {};
  private List<CompletableFuture<Boolean>> emptied = List.of();
  private final List<Runnable> consequences = new ArrayList<>(0);

  /** A slot for a waiter that has yet to be told. */
  record Grant(Waiter waiter, Lease lease) {
    void deliver() {
      waiter.assigned(lease);
    }
  }

  /** A line for the log. */
  void line(Runnable log) {
    lines.add(log);
  }

  void granted(List<Grant> slots) {
    grants = slots;
  }

  /** What the starts of the backend have come to. */
  void wakes(Runnable told) {
    wakes = told;
  }

  /** Those who wait for the server that has become empty. */
  void emptied(List<CompletableFuture<Boolean>> waiting) {
    emptied = waiting;
  }

  /** What is to be done when everything else is told. */
  void then(Runnable consequence) {
    consequences.add(consequence);
  }

  void tell() {
    lines.forEach(Runnable::run);
    grants.forEach(Grant::deliver);
    wakes.run();
    emptied.forEach(empty -> empty.complete(true));
    consequences.forEach(Runnable::run);
  }
}
