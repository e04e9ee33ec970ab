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

  @Override
  void exit(SessionState next) {
    boolean handedOn = next instanceof LinkedState linked && linked.link == link;
    if (!handedOn) {
      link.close();
    }
  }
}
