package org.pgdeeplake.proxy.session;

import org.pgdeeplake.proxy.backend.Lease;

/** A state that holds a link to a server, and closes it unless the next state goes on with it. */
abstract class LinkedState extends SessionState {
  final ServerLink link;

  LinkedState(Session session, ServerLink link) {
    super(session);
    this.link = link;
  }

  final boolean holds(Lease lease) {
    return link.lease() == lease;
  }

  /** The server goes into maintenance: the session leaves it. */
  abstract void onEvicted();

  /** The server's first byte came so long after it was asked for something. */
  final void countFirstByte(long nanos) {
    SessionServices services = session.services();
    services.backend().traffic().responseTime().add(nanos);
    link.server().traffic().responseTime().add(nanos);
    services.metrics().firstByte(services.backend().name(), link.server().name(), nanos);
  }

  @Override
  void exit(SessionState next) {
    boolean handedOn = next instanceof LinkedState linked && linked.link == link;
    if (!handedOn) {
      link.close();
    }
  }
}
