package org.pgdeeplake.proxy.backend;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.net.ClientKey;

/** Waiting tickets, first come first. Guarded by the backend's lock. */
final class WaitQueue {
  private final TreeMap<Long, Ticket> tickets = new TreeMap<>();

  /** By {@link ClientKey}. */
  private final Map<String, Integer> perClient = new HashMap<>();

  private long lastPlace;
  private int max;

  /** A ticket that was here before goes back to its old place. */
  void add(Ticket ticket) {
    if (ticket.place == 0) {
      ticket.place = ++lastPlace;
    }
    if (tickets.put(ticket.place, ticket) == null) {
      perClient.merge(ClientKey.of(ticket.client), 1, Integer::sum);
    }
    max = Math.max(max, tickets.size());
  }

  boolean remove(Ticket ticket) {
    boolean removed = tickets.remove(ticket.place, ticket);
    if (removed) {
      removed(ticket);
    }
    return removed;
  }

  private void removed(Ticket ticket) {
    perClient.computeIfPresent(ClientKey.of(ticket.client), (client, n) -> n == 1 ? null : n - 1);
  }

  /** In order of arrival; what the iterator removes is removed from the queue. */
  Iterator<Ticket> iterator() {
    Iterator<Ticket> waiting = tickets.values().iterator();
    return new Iterator<>() {
      private @Nullable Ticket last;

      @Override
      public boolean hasNext() {
        return waiting.hasNext();
      }

      @Override
      public Ticket next() {
        Ticket ticket = waiting.next();
        last = ticket;
        return ticket;
      }

      @Override
      public void remove() {
        waiting.remove();
        removed(Objects.requireNonNull(last));
      }
    };
  }

  /** In order of arrival. */
  Stream<Ticket> stream() {
    return tickets.values().stream();
  }

  boolean contains(Ticket ticket) {
    return tickets.get(ticket.place) == ticket;
  }

  int size() {
    return tickets.size();
  }

  int max() {
    return max;
  }

  int of(InetAddress client) {
    return perClient.getOrDefault(ClientKey.of(client), 0);
  }
}
