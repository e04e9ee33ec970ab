package org.pgdeeplake.proxy.fuzz;

/** How a client goes when it has sent everything. */
public enum Ending {
  /** It closes at once. */
  CLOSE,

  /** It sends its FIN, and stays to hear what is still said. */
  FIN,

  /** It stays and says no more, for half a day. */
  SILENCE,

  /** Its connection is reset. */
  RESET
}
