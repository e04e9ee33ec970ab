package org.pgdeeplake.proxy.backend;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.wake.WakeInProgress;

/**
 * One session's place in a backend's queue. It keeps its place over failed attempts. Everything in
 * it is guarded by the backend's lock.
 */
public final class Ticket {
  final Waiter waiter;
  final InetAddress client;

  /** Whether it is demand. */
  final boolean counts;

  /** The wake for which it waits, or has waited last. */
  @Nullable WakeInProgress wake;

  /** Whether it does so now; it does until a server has answered it. */
  boolean waitsForWake;

  /** Whether it has a slot. */
  boolean leased;

  /** Servers that failed this session in the present round. */
  final Set<Server> excluded = new HashSet<>();

  /** The one server that a retry may go to, without redispatch. */
  @Nullable Server only;

  /** Place in the queue: smaller is earlier; 0 until the first entry. */
  long place;

  /** Attempts of the present round that failed. */
  int failedAttempts;

  /** A round of attempts is over: not before this. */
  long notBeforeNanos;

  Ticket(Waiter waiter, InetAddress client, boolean counts, long nowNanos) {
    this.waiter = waiter;
    this.client = client;
    this.counts = counts;
    this.notBeforeNanos = nowNanos;
  }

  boolean accepts(Server server) {
    return (only == null || only == server) && !excluded.contains(server);
  }

  /** All attempts of a round have failed: everything may be tried again, after a pause. */
  void newRound(long fromNanos) {
    failedAttempts = 0;
    excluded.clear();
    only = null;
    notBeforeNanos = fromNanos;
  }

  /** Returns whether there was one, and it may be dropped. */
  boolean dropPreference() {
    boolean dropped = !excluded.isEmpty() || (only != null && !only.active());
    if (dropped) {
      excluded.clear();
      only = null;
    }
    return dropped;
  }

  /** The next attempt is for another server, or without redispatch for the same. */
  void avoid(Server server, boolean redispatch) {
    if (redispatch) {
      excluded.add(server);
    } else {
      only = server;
    }
  }
}
