package org.pgdeeplake.proxy.backend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The sessions of one server. Not thread-safe: guarded by its backend's lock. */
final class Slots {
  private final Set<Lease> leases = new HashSet<>();
  private final List<CompletableFuture<Boolean>> awaitingEmpty = new ArrayList<>();

  /** Leases whose server has not yet sent a byte. */
  private int opening;

  private int max;

  void take(Lease lease) {
    leases.add(lease);
    opening++;
    max = Math.max(max, leases.size());
  }

  void opening() {
    opening++;
  }

  void answered() {
    opening--;
  }

  void release(Lease lease) {
    leases.remove(lease);
  }

  /**
   * Whether there is one for one more session.
   *
   * @param limit sessions at once; 0 is none
   * @param releaseConcurrency of them before their first answer
   */
  boolean free(int limit, int releaseConcurrency) {
    return opening < releaseConcurrency && (limit == 0 || leases.size() < limit);
  }

  List<Lease> leases() {
    return List.copyOf(leases);
  }

  int taken() {
    return leases.size();
  }

  int max() {
    return max;
  }

  /** Completes with true as soon as none is taken. */
  CompletableFuture<Boolean> empty() {
    CompletableFuture<Boolean> empty = new CompletableFuture<>();
    if (leases.isEmpty()) {
      empty.complete(true);
    } else {
      awaitingEmpty.add(empty);
    }
    return empty;
  }

  /** Who has heard it, or no longer cares, is no longer told. */
  void forgetDone() {
    awaitingEmpty.removeIf(CompletableFuture::isDone);
  }

  /** Those who wait for what has just become true; to be told when the lock is free again. */
  List<CompletableFuture<Boolean>> emptied() {
    return leases.isEmpty() ? List.copyOf(awaitingEmpty) : List.of();
  }
}
