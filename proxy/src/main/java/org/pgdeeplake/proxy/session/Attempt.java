package org.pgdeeplake.proxy.session;

import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.backend.Lease;

/** Has a slot of a server that has yet to take the session, and may fail without its knowing. */
abstract class Attempt extends LinkedState {
  final Opening opening;

  Attempt(Session session, Opening opening, ServerLink link) {
    super(session, link);
    this.opening = opening;
  }

  /** The server did not take the session: on to the next, or back to the queue; not so a probe. */
  final void failed(Failure failure) {
    Lease lease = link.lease();
    if (lease.revoked()) {
      onEvicted();
      return;
    }
    session.record().attemptFailed(failure);
    lease.failed(failure);
    session.services().backend().attemptFailed(session.standing().ticket(), lease.server());
    session.requeue(opening);
  }

  /** The server goes into maintenance before it has answered: nothing has failed. */
  @Override
  final void onEvicted() {
    session.record().evicted();
    link.lease().exchange();
    session.requeue(opening);
  }

  @Override
  void onClientEnd(boolean reset) {
    session.transition(new Closed(session, CloseReason.CLIENT_LEFT_CONNECTING));
  }

  @Override
  void onStop(CloseReason reason) {
    session.refuse(opening, reason, Refusals.stopped(reason));
  }

  final void queueTimedOut() {
    session.refuse(opening, CloseReason.QUEUE_TIMEOUT, Refusals.queueTimeout(session));
  }
}
