package org.pgdeeplake.proxy.config;

import java.time.Duration;
import java.util.List;

/**
 * One listening address and what it does with its clients.
 *
 * @param maxConnections sessions at once; more are refused with 57P03
 * @param maxConnectionsPerClient sessions at once from one address; 0 is no limit
 * @param maxConnectionRatePerClient sessions that begin in a second from one address; 0 is no limit
 * @param acceptProxyProtocol from where every connection begins with a PROXY protocol header
 */
public record FrontendConfig(
    String name,
    HostPort bind,
    String defaultBackend,
    Mode mode,
    int maxConnections,
    int maxConnectionsPerClient,
    int maxConnectionRatePerClient,
    List<Network> acceptProxyProtocol,
    FrontendTls tls,
    Timeouts timeouts) {

  /** The name of a frontend and a backend that no file has written: nothing of them is logged. */
  public static final String REHEARSED = "";

  /** {@code POSTGRES} reads the startup phase; {@code TCP} looks at nothing. */
  public enum Mode {
    POSTGRES,
    TCP
  }

  /**
   * @param startup from accept to a complete StartupMessage
   * @param tlsHandshake from the proxy's answer to the end of the handshake
   * @param client silence of both sides after which the session ends
   * @param idleSession idle outside a transaction after which the session ends with 57P05; zero is
   *     off
   */
  public record Timeouts(
      Duration startup, Duration tlsHandshake, Duration client, Duration idleSession) {}
}
