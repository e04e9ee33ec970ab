package org.pgdeeplake.proxy.demand;

import java.util.Locale;

/** Why a connection was no demand. Each is counted. */
public enum NoWake {
  /** Opened and closed without a byte, as TCP probes do. */
  OPEN_AND_CLOSE,
  /** Closed in the middle of a startup packet. */
  INCOMPLETE,
  /** No complete startup packet within the startup timeout. */
  SILENCE,
  /** Not PostgreSQL's protocol. */
  GARBAGE,
  /** An HTTP request. */
  HTTP,
  CANCEL_REQUEST,
  PG_ISREADY,
  /** A load balancer's own connection, as its health checks are: PROXY protocol LOCAL. */
  PROXY_LOCAL,
  /** TLS with the client did not come about. */
  TLS_HANDSHAKE,
  /** Refused before it could ask: limits, shutting down, an operator. */
  REFUSED;

  /** As it shows in metrics and JSON. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
