package org.pgdeeplake.proxy.session;

/**
 * What a session opens with at a server: kept, and sent again to each server that is tried, until
 * one answers.
 *
 * @param packet what was read of it; what follows is still held by the session
 */
@SuppressWarnings("ArrayRecordComponent") // openings are never compared
record Opening(Kind kind, byte[] packet) {
  enum Kind {
    /** SSLRequest or GSSENCRequest: the client waits for one byte. */
    ENCRYPTION_REQUEST,
    /** A StartupMessage in plain text. */
    STARTUP_MESSAGE,
    /** TLS without an SSLRequest. */
    DIRECT_TLS,
    /** Whatever it is: mode tcp. */
    BYTES
  }

  /** A fatal {@code handshake_failure} alert (RFC 8446, 6.2): what a TLS client understands. */
  private static final byte[] TLS_ALERT = {0x15, 3, 3, 0, 2, 2, 40};

  static byte[] tlsAlert() {
    return TLS_ALERT.clone();
  }

  boolean opaque() {
    return kind == Kind.DIRECT_TLS || kind == Kind.BYTES;
  }
}
