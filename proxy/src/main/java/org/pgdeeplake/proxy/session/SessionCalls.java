package org.pgdeeplake.proxy.session;

import java.util.concurrent.RejectedExecutionException;
import org.pgdeeplake.proxy.backend.Lease;
import org.pgdeeplake.proxy.backend.Waiter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What others tell a session, brought to its event loop. Any thread. */
final class SessionCalls implements Waiter {
  private static final Logger log = LoggerFactory.getLogger(SessionCalls.class);

  private final Session session;

  SessionCalls(Session session) {
    this.session = session;
  }

  @Override
  public void assigned(Lease lease) {
    try {
      session
          .loop()
          .execute(() -> {
            session.guarded(() -> session.state().onAssigned(lease));
            if (session.state() instanceof Closed) {
              lease.close();
            }
          });
    } catch (RejectedExecutionException e) {
      lease.close();
    }
  }

  @Override
  public void serverDown(Lease lease) {
    execute(() -> {
      if (session.state() instanceof Relaying relaying && relaying.holds(lease)) {
        relaying.onStop(CloseReason.SERVER_DOWN);
      }
    });
  }

  @Override
  public void evicted(Lease lease) {
    execute(() -> {
      if (session.state() instanceof LinkedState linked && linked.holds(lease)) {
        linked.onEvicted();
      }
    });
  }

  /** Ends the session, told why where that is possible. */
  void stop(CloseReason reason) {
    execute(() -> session.state().onStop(reason));
  }

  /** The same, if it has that slot of a server when it is told so. */
  void stopOn(Lease lease) {
    execute(() -> {
      if (lease.held()) {
        session.state().onStop(CloseReason.OPERATOR);
      }
    });
  }

  /** Ends the session unless a server has taken it. */
  void refuseUnlessServed() {
    execute(() -> {
      session.toBeRefused(new Refusal(CloseReason.SHUTDOWN, Refusals.shuttingDown()));
      if (session.state() instanceof Queued || session.state() instanceof Connecting) {
        session.state().onStop(CloseReason.SHUTDOWN);
      }
    });
  }

  private void execute(Runnable task) {
    try {
      session.loop().execute(() -> session.guarded(task));
    } catch (RejectedExecutionException e) {
      log.debug("session {} ended with its event loop", session.record().client);
    }
  }
}
