package org.pgdeeplake.proxy.backend;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Picks servers in turn. Guarded by the backend's lock. */
final class RoundRobin {
  private List<Server> servers;
  private int releaseConcurrency;
  private int next;

  RoundRobin(List<Server> servers, int releaseConcurrency) {
    this.servers = servers;
    this.releaseConcurrency = releaseConcurrency;
  }

  /** From now on among these. */
  void among(List<Server> servers, int releaseConcurrency) {
    this.servers = servers;
    this.releaseConcurrency = releaseConcurrency;
    next = servers.isEmpty() ? 0 : next % servers.size();
  }

  /**
   * The next server in line that takes a session now; one that has failed this ticket before only
   * where no other does. It has been found good again since: until then it takes nobody.
   */
  @Nullable Server pick(Ticket ticket) {
    Server preferred = next(ticket);
    return preferred == null && ticket.dropPreference() ? next(ticket) : preferred;
  }

  private @Nullable Server next(Ticket ticket) {
    int count = servers.size();
    boolean spared = spared();
    for (int i = 0; i < count; i++) {
      int at = (next + i) % count;
      Server server = servers.get(at);
      if (takes(server, spared) && ticket.accepts(server)) {
        next = (at + 1) % count;
        return server;
      }
    }
    return null;
  }

  /** Whether any server takes a session now. */
  boolean anyFree() {
    boolean spared = spared();
    for (Server server : servers) {
      if (takes(server, spared)) {
        return true;
      }
    }
    return false;
  }

  private boolean takes(Server server, boolean spared) {
    return !(spared && server.spare())
        && server.standing().takesSession(server.limit(), releaseConcurrency);
  }

  /** Whether those that are spare can be left alone: another one is active. */
  private boolean spared() {
    for (Server server : servers) {
      if (!server.spare() && server.active()) {
        return true;
      }
    }
    return false;
  }
}
