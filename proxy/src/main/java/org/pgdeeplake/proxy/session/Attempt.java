package org.pgdeeplake.proxy.session;

import org.pgdeeplake.proxy.backend.Failure;
import org.pgdeeplake.proxy.backend.Lease;

/** Has a slot of a server that has yet to take the session, and may fail without its knowing. */
abstract class Attempt extends LinkedState {
  final Pending pending;

  Attempt(Pending pending, ServerLink link) {
    super(pending.session(), link);
    this.pending = pending;
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
    pending.requeue();
  }

  /** The server goes into maintenance before it has answered: nothing has failed. */
  @Override
  final void onEvicted() {
    session.record().evicted();
    link.lease().exchange();
    pending.requeue();
  }

  @Override
  void onClientEnd(boolean reset) {
    session.transition(new Closed(session, CloseReason.CLIENT_LEFT_CONNECTING));
  }

  @Override
  void onStop(CloseReason reason) {
    pending.stop(reason);
  }
}
