package org.pgdeeplake.proxy.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * What is wanted of a backend and its servers, whatever checks say: by operators, and by whoever
 * knows how many servers are enough. Any thread.
 */
public final class Administration {
  private final Ledger ledger;
  private final Probes probes;
  private final StateLog stateLog;

  Administration(Ledger ledger, Probes probes, StateLog stateLog) {
    this.ledger = ledger;
    this.probes = probes;
    this.stateLog = stateLog;
  }

  /**
   * What an operator wants of one of these servers. {@code MAINT} closes its sessions; {@code
   * READY} after it waits for a good check.
   */
  public void administer(Server server, AdministrativeState wanted) {
    ledger.change((facts, news) -> {
      AdministrativeState before = server.administrative();
      if (before == wanted) {
        server.standing().duty.drainUntilDown(null);
        return;
      }
      StateLog.Change change = new StateLog.Change(before, wanted, server.up());
      List<Lease> evicted =
          wanted == AdministrativeState.MAINT ? server.standing().slots.leases() : List.of();
      server.standing().administer(wanted);
      facts.settle(news);
      StateLog.Moment moment = facts.moment(server);
      news.line(() -> stateLog.administered(server, change, moment));
      news.then(() -> evicted.forEach(lease -> lease.holder().evicted(lease)));
      if (wanted != AdministrativeState.MAINT) {
        news.then(() -> probes.soon(server));
      }
    });
  }

  /**
   * DRAIN that ends by itself: the server is READY as soon as it has no session and is found down,
   * so that whatever comes up in its place takes sessions.
   *
   * @param emptyElsewhere whether no other proxy has a session on it; from memory, called with the
   *     lock held
   */
  public void drainUntilDown(Server server, BooleanSupplier emptyElsewhere) {
    administer(server, AdministrativeState.DRAIN);
    ledger.change((facts, news) -> {
      server.standing().duty.drainUntilDown(emptyElsewhere);
      news.then(() -> probes.soon(server));
    });
  }

  /**
   * Those servers that are spare from now on; the others are not. A spare one keeps its sessions
   * and takes new ones only while no other server is active.
   */
  public void spare(Set<Server> wanted) {
    ledger.change((facts, news) -> {
      List<Server> changed = new ArrayList<>();
      for (Server server : facts.lineup.servers()) {
        if (server.standing().duty.spare(wanted.contains(server))) {
          changed.add(server);
        }
      }
      if (!changed.isEmpty()) {
        news.line(() -> changed.forEach(stateLog::spare));
        facts.match(news);
      }
    });
  }

  /** No waiter gets a server until {@link #resume}; sessions that are served go on. */
  public void pause() {
    ledger.change((facts, news) -> {
      if (facts.dispatcher.pause(true)) {
        int assigned = facts.dispatcher.assigned();
        int queued = facts.dispatcher.queued();
        news.line(() -> stateLog.paused(assigned, queued));
      }
    });
  }

  /** Waiters are released in order, and as many at once as always. */
  public void resume() {
    ledger.change((facts, news) -> {
      if (facts.dispatcher.pause(false)) {
        int assigned = facts.dispatcher.assigned();
        int queued = facts.dispatcher.queued();
        news.line(() -> stateLog.resumed(assigned, queued));
        facts.settle(news);
      }
    });
  }

  public boolean paused() {
    return ledger.read(facts -> facts.dispatcher.paused());
  }

  /** Whether there is a server for whoever asks for one now, if not in this moment. */
  public boolean available() {
    return ledger.read(facts -> facts.lineup.active() > 0 && !facts.dispatcher.paused());
  }
}
