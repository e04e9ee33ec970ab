package org.pgdeeplake.proxy.backend;

import java.util.List;
import org.pgdeeplake.proxy.config.CheckConfig.OnMarkedDown;

/** What checks, sessions and discovery find out about the servers of a backend. Any thread. */
public final class Findings {
  private final Ledger ledger;
  private final Probes probes;
  private final StateLog stateLog;

  Findings(Ledger ledger, Probes probes, StateLog stateLog) {
    this.ledger = ledger;
    this.probes = probes;
    this.stateLog = stateLog;
  }

  /**
   * The result of a check of one of these servers.
   *
   * @param era of the server, when the check began: it counts only if that is the present one
   */
  public void checked(Server server, CheckResult result, int era) {
    apply(server, result, false, era);
  }

  /**
   * The name of one of these servers has another address. Nobody is sent there before its next good
   * check.
   */
  public void moved(Server server) {
    ledger.change((facts, news) -> {
      server.standing().condition.moved();
      news.then(() -> probes.soon(server));
    });
  }

  /** The server did not take the session; its slot is given back. */
  void failed(Lease lease, Failure failure) {
    Server server = lease.server();
    ledger.change((facts, news) -> {
      if (!facts.dispatcher.giveBack(lease, true)) {
        return;
      }
      if (!lease.revoked() && !lease.elsewhere()) {
        int era = server.era();
        switch (failure.kind()) {
          case FULL -> server.standing().condition.full();
          case NO_RESOURCES -> {} // ours, not the server's
          case NOT_READY, UNRESOLVED, REFUSED, TIMEOUT, EARLY_CLOSE, TLS ->
              server.standing().condition.doubt();
        }
        news.then(() -> counted(server, failure, era));
      }
      facts.left(server, news);
    });
  }

  private void counted(Server server, Failure failure, int era) {
    if (failure.kind() == Failure.Kind.NOT_READY) {
      apply(server, new CheckResult(CheckResult.Status.L7RSP, failure.detail(), 0), true, era);
    } else if (failure.kind() != Failure.Kind.FULL && failure.kind() != Failure.Kind.NO_RESOURCES) {
      server.traffic().connectError();
    }
    probes.soon(server);
  }

  private void apply(Server server, CheckResult result, boolean conclusive, int era) {
    ledger.change((facts, news) -> {
      if (server.administrative() == AdministrativeState.MAINT || server.era() != era) {
        return;
      }
      boolean first = server.lastCheck().status() == CheckResult.Status.INI;
      boolean told = server.standing().condition.checked(result, conclusive) || first;
      boolean drained = server.standing().drained(result);
      if (drained) {
        server.standing().administer(AdministrativeState.READY);
      }
      List<Lease> doomed = doomed(server, facts.lineup.config().check().onMarkedDown());
      facts.settle(news);
      if (told) {
        StateLog.Moment moment = facts.moment(server);
        news.line(() -> stateLog.checked(server, result, moment));
      }
      if (drained) {
        news.line(() -> stateLog.drained(server));
      }
      news.then(() -> doomed.forEach(lease -> lease.holder().serverDown(lease)));
    });
  }

  /** Those whose sessions are to be closed, since it has just fallen. */
  private static List<Lease> doomed(Server server, OnMarkedDown wanted) {
    return wanted == OnMarkedDown.CLOSE_SESSIONS && server.standing().condition.hasFallen()
        ? server.standing().slots.leases().stream().filter(lease -> !lease.elsewhere()).toList()
        : List.of();
  }
}
