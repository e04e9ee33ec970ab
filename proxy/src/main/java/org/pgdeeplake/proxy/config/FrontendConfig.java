package org.pgdeeplake.proxy.config;

import java.time.Duration;

/**
 * One listening address and what it does with its clients.
 *
 * @param maxConnections sessions at once; more are refused with 57P03
 * @param maxConnectionsPerClient sessions at once from one address; 0 is no limit
 */
public record FrontendConfig(
    String name,
    HostPort bind,
    String defaultBackend,
    Mode mode,
    int maxConnections,
    int maxConnectionsPerClient,
    TlsMode tls,
    Timeouts timeouts) {

  /** {@code POSTGRES} reads the startup phase; {@code TCP} looks at nothing. */
  public enum Mode {
    POSTGRES,
    TCP
  }

  /** What becomes of a client's request for encryption. */
  public enum TlsMode {
    /** It travels to a server, whose answer counts. */
    PASSTHROUGH,
    /** The proxy answers {@code N}. */
    OFF
  }

  /**
   * @param startup from accept to a complete StartupMessage
   * @param client silence of both sides after which the session ends
   * @param idleSession idle outside a transaction after which the session ends with 57P05; zero is
   *     off
   */
  public record Timeouts(Duration startup, Duration client, Duration idleSession) {}
}
