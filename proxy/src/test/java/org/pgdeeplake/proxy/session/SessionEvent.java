package org.pgdeeplake.proxy.session;

/** What happens to the session. */
enum SessionEvent {
  CLIENT_BYTES,
  CLIENT_FIN,
  /** As a FIN, but in TLS; the connection stays. */
  CLIENT_CLOSE_NOTIFY,
  CLIENT_RESET,
  SERVER_UP,
  SERVER_BYTES,
  SERVER_NOT_READY,
  SERVER_FIN,
  SERVER_RESET,
  STOP,
  /** An operator puts the server into maintenance. */
  MAINTENANCE,
  /** An operator closes the session. */
  KILL
}
