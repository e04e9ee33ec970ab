package org.pgdeeplake.proxy.postgres;

/** What a client may send before it is authenticated (PostgreSQL manual, 54.7). */
public sealed interface StartupPacket {

  /** Asks for TLS; answered with one byte, {@code S} or {@code N}. */
  record SslRequest() implements StartupPacket {}

  /** Asks for GSSAPI encryption; answered with one byte, {@code G} or {@code N}. */
  record GssEncRequest() implements StartupPacket {}

  /** Asks to cancel the query of another connection; never answered. */
  record CancelRequest(CancelKey key) implements StartupPacket {}

  /**
   * Opens a session.
   *
   * <p>Of its parameters only these are kept: a packet can hold thousands.
   *
   * @param minor of protocol version 3
   * @param database the user's name where none is given
   * @param applicationName empty for none
   */
  record StartupMessage(int minor, String user, String database, String applicationName)
      implements StartupPacket {}

  /** A TLS ClientHello: TLS without an SSLRequest (PostgreSQL 17). */
  record DirectTls() implements StartupPacket {}
}
