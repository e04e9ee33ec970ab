package org.pgdeeplake.proxy.backend;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.backend.Backend.Admission;
import org.pgdeeplake.proxy.backend.News.Grant;
import org.pgdeeplake.proxy.config.BackendConfig.QueueConfig;
import org.pgdeeplake.proxy.wake.Wakes;

/**
 * Who waits, who holds which slot, and who gets the next one. Not thread-safe: guarded by its
 * backend's lock.
 */
final class Dispatcher {
  private final Backend backend;
  private QueueConfig limits;
  private final RoundRobin roundRobin;
  private final Wakes wakes;
  private final WaitQueue queue = new WaitQueue();
  private final Set<Lease> leases = new HashSet<>();
  private boolean paused;
  private int maxSessions;
  private long leasesTotal;

  Dispatcher(Backend backend, List<Server> servers, QueueConfig limits, Wakes wakes) {
    this.backend = backend;
    this.wakes = wakes;
    this.limits = limits;
    this.roundRobin = new RoundRobin(servers, limits.releaseConcurrency());
  }

  /** Who waits already keeps his place, whatever the new limits are. */
  void reconfigure(List<Server> servers, QueueConfig limits) {
    this.limits = limits;
    roundRobin.among(servers, limits.releaseConcurrency());
  }

  int queued() {
    return queue.size();
  }

  int maxQueued() {
    return queue.max();
  }

  int assigned() {
    return leases.size();
  }

  int maxSessions() {
    return maxSessions;
  }

  /** How often a server was chosen, servers that are gone included. */
  long leasesTotal() {
    return leasesTotal;
  }

  boolean paused() {
    return paused;
  }

  /** While paused nobody is matched. Returns whether that is news. */
  boolean pause(boolean wanted) {
    boolean news = paused != wanted;
    paused = wanted;
    return news;
  }

  /** Everybody who waits or holds a slot. */
  List<Waiter> members() {
    return Stream.concat(
            queue.stream().map(ticket -> ticket.waiter), leases.stream().map(Lease::holder))
        .toList();
  }

  /** Lets a ticket into the queue; only at its first entry can it be refused. */
  Admission admit(Ticket ticket) {
    if (ticket.place == 0) {
      boolean atOnce = queue.size() == 0 && !paused && roundRobin.anyFree();
      if (queue.size() >= limits.limit() && !atOnce) {
        return Admission.QUEUE_FULL;
      }
      if (limits.limitPerClient() > 0 && queue.of(ticket.client) >= limits.limitPerClient()) {
        return Admission.CLIENT_LIMIT;
      }
    }
    queue.add(ticket);
    maxSessions = Math.max(maxSessions, leases.size() + queue.size());
    boolean pausing = ticket.notBeforeNanos - System.nanoTime() > 0;
    return pausing ? Admission.PAUSED : Admission.WAITING;
  }

  /** It no longer wants a server, or has one on its way that will be given back. */
  void remove(Ticket ticket) {
    var _ = queue.remove(ticket);
    if (!ticket.leased) {
      leaveWake(ticket);
    }
  }

  private void leaveWake(Ticket ticket) {
    if (ticket.waitsForWake) {
      ticket.waitsForWake = false;
      wakes.left(Objects.requireNonNull(ticket.wake));
    }
  }

  /** The last server is no longer active: whoever waits now waits for one to start. */
  void allWantServer() {
    queue.stream().forEach(this::wantServer);
  }

  /** If it is in the queue it waits for a server to start: the present start, not one before. */
  void wantServer(Ticket ticket) {
    boolean waits = ticket.waitsForWake && Objects.requireNonNull(ticket.wake).goesOn();
    if (ticket.counts && !waits && queue.contains(ticket)) {
      leaveWake(ticket);
      ticket.wake = wakes.wanted();
      ticket.waitsForWake = true;
    }
  }

  /** Hands out every slot that a waiter can take, in the order of the queue. */
  List<Grant> match() {
    if (paused || queue.size() == 0 || !roundRobin.anyFree()) {
      return List.of();
    }
    List<Grant> grants = new ArrayList<>();
    long now = System.nanoTime();
    Iterator<Ticket> waiting = queue.iterator();
    while (waiting.hasNext() && roundRobin.anyFree()) {
      Ticket ticket = waiting.next();
      @Nullable Server server = ticket.notBeforeNanos - now <= 0 ? roundRobin.pick(ticket) : null;
      if (server != null) {
        waiting.remove();
        Lease lease = new Lease(backend, server, ticket);
        ticket.leased = true;
        server.standing().slots.take(lease);
        server.traffic().sessionStarted();
        leasesTotal++;
        leases.add(lease);
        grants.add(new Grant(ticket.waiter, lease));
      }
    }
    return grants;
  }

  /** Returns whether the server's first byte is news. */
  boolean answered(Lease lease) {
    if (!settled(lease)) {
      return false;
    }
    if (lease.ticket.waitsForWake) {
      lease.ticket.waitsForWake = false;
      wakes.answered(Objects.requireNonNull(lease.wake));
    }
    return true;
  }

  /** Nothing more is due from the server; returns whether that is news. */
  private static boolean settled(Lease lease) {
    if (lease.answered || lease.released) {
      return false;
    }
    lease.answered = true;
    lease.server().standing().slots.answered();
    return true;
  }

  /** The server is given something to answer once more. */
  void opening(Lease lease) {
    if (lease.answered && !lease.released) {
      lease.answered = false;
      lease.server().standing().slots.opening();
    }
  }

  /**
   * Returns whether the slot was still held.
   *
   * @param again whether its holder will ask for another, or say that it does not
   */
  boolean giveBack(Lease lease, boolean again) {
    if (lease.released) {
      return false;
    }
    var _ = settled(lease);
    lease.released = true;
    lease.ticket.leased = false;
    lease.server().standing().release(lease);
    leases.remove(lease);
    if (!again) {
      leaveWake(lease.ticket);
    }
    return true;
  }
}
