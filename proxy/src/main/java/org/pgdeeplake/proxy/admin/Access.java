package org.pgdeeplake.proxy.admin;

/** Who may do what a route does. */
enum Access {
  /** Everybody who reaches the port. */
  OPEN,
  /** Who has the stats credentials: it names clients. */
  CREDENTIALS,
  /** Who has them, and is no page of somebody else's in that person's browser. */
  CHANGE,
  /** As {@link #CREDENTIALS}; the page checks its forms itself. */
  PAGE,
  /** Another replica, which shows that it has the peers' secret; where there are none, nobody. */
  PEER
}
