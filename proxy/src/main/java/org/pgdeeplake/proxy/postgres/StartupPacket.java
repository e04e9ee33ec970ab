package org.pgdeeplake.proxy.postgres;

import java.util.Map;

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
   * @param minor of protocol version 3
   * @param parameters in the order they came; {@code user} is among them
   */
  record StartupMessage(int minor, Map<String, String> parameters) implements StartupPacket {
    public String user() {
      return parameters.getOrDefault("user", "");
    }

    /** The database asked for, which is the user's name where none is given. */
    public String database() {
      return parameters.getOrDefault("database", user());
    }

    public String applicationName() {
      return parameters.getOrDefault("application_name", "");
    }
  }

  /** The first byte of a TLS record: TLS without an SSLRequest (PostgreSQL 17). */
  record DirectTls() implements StartupPacket {}
}
