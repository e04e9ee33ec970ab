package org.pgdeeplake.proxy.peers;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Those who wait until no other replica has a session with a server. Any thread. */
final class Vacancies {
  private final Predicate<ServerName> vacant;
  private final List<Awaited> awaited = new CopyOnWriteArrayList<>();

  private record Awaited(ServerName server, CompletableFuture<Boolean> empty) {}

  /**
   * @param vacant whether no other one has a session with that server now
   */
  Vacancies(Predicate<ServerName> vacant) {
    this.vacant = vacant;
  }

  /** Completes with true when it is vacant, with false when nobody will know. */
  CompletableFuture<Boolean> whenVacant(ServerName server) {
    CompletableFuture<Boolean> empty = new CompletableFuture<>();
    awaited.add(new Awaited(server, empty));
    look();
    return empty;
  }

  /** Something has changed. */
  void look() {
    awaited.removeIf(one -> one.empty().isDone());
    for (Awaited one : awaited) {
      if (vacant.test(one.server())) {
        var _ = one.empty().complete(true);
      }
    }
  }

  void giveUp() {
    awaited.forEach(one -> one.empty().complete(false));
  }
}
