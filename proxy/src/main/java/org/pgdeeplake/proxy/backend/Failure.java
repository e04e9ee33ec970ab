package org.pgdeeplake.proxy.backend;

import java.util.Locale;

/**
 * Why a server did not take a session, before its first byte reached the client.
 *
 * @param detail for the log and the client's DETAIL
 */
public record Failure(Kind kind, String detail) {
  public enum Kind {
    /** The name has no address. */
    UNRESOLVED,
    /** Refused, reset or unreachable. */
    REFUSED,
    /** No connection, or no first byte, in time. */
    TIMEOUT,
    /** Accepted and closed without a word, or with one that is not PostgreSQL's. */
    EARLY_CLOSE,
    /** No TLS with it, where there must be. */
    TLS,
    /** 57P03: starting up, shutting down, recovering. */
    NOT_READY,
    /** 53300: all connection slots are taken. */
    FULL,
    /** The proxy itself could not open a socket. */
    NO_RESOURCES
  }

  /** As a client or an operator reads it. */
  @Override
  public String toString() {
    String what = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return detail.isEmpty() ? what : what + " (" + detail + ")";
  }
}
