package org.pgdeeplake.proxy.session;

import org.jspecify.annotations.Nullable;
import org.pgdeeplake.proxy.demand.Claim;
import org.pgdeeplake.proxy.demand.NoWake;
import org.pgdeeplake.proxy.postgres.ErrorResponse;
import org.pgdeeplake.proxy.traffic.Traffic;

/**
 * The accounts of a session: its place, and what is counted when it ends. Confined to the session's
 * event loop.
 */
final class SessionEnd {
  private final SessionServices services;
  private final SessionRecord record;

  /** Why the session is no demand, where that is known before its end. */
  private @Nullable NoWake noWake;

  private boolean admitted;
  private boolean closed;

  /** Whether the log has its one line already. */
  private boolean logged;

  SessionEnd(SessionServices services, SessionRecord record) {
    this.services = services;
    this.record = record;
  }

  /** Takes a place under the limits on connections; without one the session is refused later. */
  @Nullable Refusal admit() {
    var config = services.frontend();
    if (services.sessions().draining()) {
      return new Refusal(CloseReason.SHUTDOWN, Refusals.shuttingDown());
    }
    if (!services.traffic().admit(config.maxConnections())) {
      return new Refusal(
          CloseReason.CONNECTION_LIMIT,
          Refusals.connectionLimit(config.name(), config.maxConnections()));
    }
    ErrorResponse full = services.sessions().admission().admit(record.client.getAddress(), config);
    if (full != null) {
      services.traffic().discharge();
      return new Refusal(CloseReason.CONNECTION_LIMIT, full);
    }
    admitted = true;
    return null;
  }

  void noWake(NoWake reason) {
    noWake = reason;
  }

  /**
   * The session ends before it has begun; the log has this instead of the line of a session.
   *
   * @param what in HAProxy's words
   */
  void failed(String what) {
    logged = true;
    SessionLog.failed(record, services.frontend().name(), what);
  }

  /** Once; what comes after the first time is not counted. */
  void close(Session session, CloseReason reason) {
    if (closed) {
      return;
    }
    closed = true;
    session.reader().clear();
    Claim claim = session.standing().claimIfAny();
    if (claim != null) {
      claim.end(gaveUp(reason));
      countBackend(reason);
    }
    if (claim == null || !claim.counts()) {
      services.demand().noWake(noWake == null ? noWake(reason) : noWake);
    }
    countFrontend(reason);
    services.sessions().ended(session);
    if (admitted) {
      services.sessions().admission().discharge(session.clientAddress(), services.frontend());
      services.traffic().discharge();
    }
    services.traffic().closed();
    services
        .metrics()
        .sessionEnded(
            services.frontend().name(), reason.label(), System.nanoTime() - record.acceptedNanos);
    if (record.bytesIn > 0 && !logged) {
      SessionLog.ended(
          record,
          services.frontend().name(),
          services.backend(),
          reason,
          new SessionLog.Live(services.sessions().live(), services.traffic().current()));
    }
  }

  private static boolean gaveUp(CloseReason reason) {
    return switch (reason) {
      case CLIENT_LEFT_QUEUE, CLIENT_LEFT_CONNECTING, QUEUE_TIMEOUT -> true;
      default -> false;
    };
  }

  private NoWake noWake(CloseReason reason) {
    return switch (reason) {
      case STARTUP_TIMEOUT -> NoWake.SILENCE;
      case PROTOCOL_ERROR -> NoWake.GARBAGE;
      case TLS_HANDSHAKE_FAILED, TLS_HANDSHAKE_TIMEOUT -> NoWake.TLS_HANDSHAKE;
      case CONNECTION_LIMIT, TLS_REQUIRED, SHUTDOWN, OPERATOR -> NoWake.REFUSED;
      default -> record.bytesIn == 0 ? NoWake.OPEN_AND_CLOSE : NoWake.INCOMPLETE;
    };
  }

  private void countFrontend(CloseReason reason) {
    switch (reason) {
      case STARTUP_TIMEOUT, PROTOCOL_ERROR, TLS_HANDSHAKE_FAILED, TLS_HANDSHAKE_TIMEOUT ->
          services.traffic().requestError();
      case CONNECTION_LIMIT, TLS_REQUIRED -> services.traffic().denied();
      case INTERNAL_ERROR -> services.traffic().traffic().internalError();
      default -> {}
    }
  }

  private void countBackend(CloseReason reason) {
    switch (reason) {
      case QUEUE_TIMEOUT, QUEUE_FULL, QUEUE_CLIENT_LIMIT ->
          services.backend().traffic().connectError();
      default -> {}
    }
    count(services.backend().traffic(), reason);
    if (record.server != null) {
      count(record.server.traffic(), reason);
    }
  }

  private void count(Traffic traffic, CloseReason reason) {
    switch (reason) {
      case CLIENT_LEFT_QUEUE, CLIENT_LEFT_CONNECTING, CLIENT_ABORTED, CLIENT_TIMEOUT ->
          traffic.clientAborted();
      case SERVER_CLOSED, SERVER_DOWN -> {
        traffic.serverAborted();
        traffic.responseError();
      }
      case INTERNAL_ERROR -> traffic.internalError();
      default -> {}
    }
    if (record.connectNanos >= 0) {
      traffic.queueTime().add(record.waitedNanos);
      traffic.connectTime().add(record.connectNanos);
      traffic.totalTime().add(System.nanoTime() - record.acceptedNanos);
    }
  }
}
