package org.pgdeeplake.proxy.session;

import java.time.Duration;
import org.pgdeeplake.proxy.config.BackendConfig;
import org.pgdeeplake.proxy.config.FrontendConfig;
import org.pgdeeplake.proxy.demand.Claim.Activity;

/**
 * What follows from a served session's silence: after {@code demand.idle-after} it no longer
 * counts, after its timeouts it ends. One timer for all of it, set anew only when it has fired;
 * activity costs no more than a look at the clock. Confined to the session's event loop.
 */
final class InactivityWatch {
  private final Session session;
  private final Relaying relaying;
  private final Duration silence;
  private final CloseReason silenceReason;
  private final Duration idleSession;
  private final long idleAfterNanos;
  private final Duration serverFin;
  private long lastNanos = System.nanoTime();

  /** Its client has left: the server's end is waited for. */
  private boolean clientEnded;

  /** When the server's time to end began, unless it has said something since. */
  private long endDueNanos;

  /** At the last look, the server had not taken all, or the client not: who is slow is not gone. */
  private boolean behind;

  private boolean counted = true;

  InactivityWatch(Session session, Relaying relaying) {
    this.session = session;
    this.relaying = relaying;
    FrontendConfig.Timeouts client = session.services().frontend().timeouts();
    BackendConfig.Timeouts server = session.services().backend().config().timeouts();
    boolean serverFirst = server.server().compareTo(client.client()) < 0;
    this.silence = serverFirst ? server.server() : client.client();
    this.silenceReason = serverFirst ? CloseReason.SERVER_TIMEOUT : CloseReason.CLIENT_TIMEOUT;
    this.idleSession = client.idleSession();
    this.serverFin = server.serverFin();
    this.idleAfterNanos = session.services().demand().config().idleAfter().toNanos();
  }

  void start() {
    schedule(System.nanoTime());
  }

  /** Bytes have passed. */
  void touched() {
    lastNanos = System.nanoTime();
  }

  /** It is no longer idle: it counts again. */
  void active() {
    if (!counted) {
      counted = true;
      session.standing().claim().active();
      // The timer was set for what a session that does not count has to expect.
      schedule(System.nanoTime());
    }
  }

  /** The client will send nothing more: the server, which has been told, is to end too. */
  void clientEnded() {
    if (serverFin.isPositive() && serverFin.compareTo(silence) < 0) {
      clientEnded = true;
      behind = true;
      lookWhetherDrained(System.nanoTime());
      schedule(endDueNanos);
    }
  }

  /** The server's time begins when nothing waits for either side any more. */
  private void lookWhetherDrained(long now) {
    boolean drained = relaying.drained();
    if (behind || !drained) {
      endDueNanos = now;
    }
    behind = !drained;
  }

  private void fired() {
    long now = System.nanoTime();
    long silent = now - lastNanos;
    boolean idle = relaying.activity() == Activity.IDLE;
    if (clientEnded) {
      lookWhetherDrained(now);
    }
    if (silent >= silence.toNanos()) {
      relaying.timedOut(silenceReason, silence);
    } else if (clientEnded && endOverdue(now) >= 0) {
      relaying.timedOut(CloseReason.SERVER_TIMEOUT, serverFin);
    } else if (idle && idleSession.isPositive() && silent >= idleSession.toNanos()) {
      relaying.timedOut(CloseReason.IDLE_SESSION, idleSession);
    } else {
      if (idle && counted && silent >= idleAfterNanos) {
        counted = false;
        session.standing().claim().idle();
      }
      schedule(now);
    }
  }

  /** To the first moment at which one of the limits may be reached. */
  private void schedule(long now) {
    long silent = now - lastNanos;
    long next = silence.toNanos() - silent;
    boolean idle = relaying.activity() == Activity.IDLE;
    if (clientEnded) {
      next = Math.min(next, -endOverdue(now));
    }
    if (relaying.activity() != Activity.OPAQUE) {
      if (counted) {
        next = Math.min(next, left(idleAfterNanos, silent, idle));
      }
      if (idleSession.isPositive()) {
        next = Math.min(next, left(idleSession.toNanos(), silent, idle));
      }
    }
    session.startTimer(next, this::fired);
  }

  /** Nanoseconds for which the server's end is overdue; less than 0 where it is not. */
  private long endOverdue(long now) {
    return Math.min(now - endDueNanos, now - lastNanos) - serverFin.toNanos();
  }

  /** A session that is not idle now cannot have been idle for long before the limit has passed. */
  private static long left(long limitNanos, long silentNanos, boolean idle) {
    return idle ? limitNanos - silentNanos : limitNanos;
  }
}
